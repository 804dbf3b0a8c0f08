/** The API as hooks. A query's key is [operation, arguments], so that news can refresh by operation. */
import {
  type QueryKey,
  type UseQueryResult,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

import { type Act, type ApiError, type Args, type Operation, type Query, type Result, call } from "./client";

export interface Options {
  enabled?: boolean;
  /** Ask again this often (ms); for what the feed does not tell. */
  every?: number | false;
  /** Show the last answer while that for new arguments is on its way. */
  keep?: boolean;
}

/** Return the key under which an operation's answer is cached. */
export function keyOf<K extends Operation>(operation: K, args?: Args<K>): QueryKey {
  return args === undefined ? [operation] : [operation, args];
}

/** Read; refreshed by the feed (see live.ts). */
export function useRead<K extends Query>(
  operation: K,
  args: Args<K>,
  options: Options = {},
): UseQueryResult<Result<K>, ApiError> {
  return useQuery<Result<K>, ApiError>({
    queryKey: keyOf(operation, args),
    queryFn: ({ signal }) => call(operation, args, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  });
}

type Listed = {
  [K in Query]: Result<K> extends { items: readonly unknown[]; next?: string | null | undefined } ? K : never;
}[Query];
type ItemOf<K extends Listed> = Result<K> extends { items: readonly (infer Item)[] } ? Item : never;

/** Read a paged list; `more` loads its next page. */
export function usePages<K extends Listed>(operation: K, args: Args<K>, options: Options = {}) {
  const found = useInfiniteQuery({
    queryKey: [operation, args, "pages"],
    queryFn: ({ signal, pageParam }) => call(operation, { ...args, ...(pageParam ? { after: pageParam } : {}) }, signal),
    initialPageParam: "",
    getNextPageParam: (page: Result<K>) => (page as { next?: string | null }).next ?? undefined,
    enabled: options.enabled ?? true,
    refetchInterval: options.every ?? false,
  });
  return {
    items: (found.data?.pages.flatMap((page) => (page as { items: ItemOf<K>[] }).items) ?? []) as ItemOf<K>[],
    error: found.error as ApiError | null,
    isPending: found.isPending,
    hasMore: found.hasNextPage,
    isLoadingMore: found.isFetchingNextPage,
    more: () => void found.fetchNextPage(),
    retry: () => void found.refetch(),
  };
}

/** Act; afterwards everything that is shown is read again. */
export function useAct<K extends Act>(operation: K, then?: (result: Result<K>) => void) {
  const cache = useQueryClient();
  return useMutation<Result<K>, ApiError, Args<K>>({
    mutationFn: (args) => call(operation, args),
    onSuccess: (result) => {
      void cache.invalidateQueries();
      then?.(result);
    },
  });
}
