import "@xyflow/react/dist/base.css";
import "@/ui/tokens.css";
import "@/ui/base.css";
import "@/ui/ui.css";
import "./app.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiError } from "@/api/client";
import { takeInvite } from "@/api/invites";
import { takeToken } from "@/api/session";

import { App } from "./App";

// After an upgrade of the server, an open page asks for parts that are gone: it starts anew, once.
window.addEventListener("vite:preloadError", (event) => {
  const key = "tilth.reloaded";
  if (Date.now() - Number(sessionStorage.getItem(key)) < 10_000) return;
  sessionStorage.setItem(key, String(Date.now()));
  event.preventDefault();
  window.location.reload();
});

const token = takeToken();
const invite = takeInvite();
const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (times, error) => error instanceof ApiError && error.status === 0 && times < 2,
      refetchOnWindowFocus: true,
    },
  },
});
const root = document.getElementById("root");
if (root)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <App token={token} invite={invite} />
      </QueryClientProvider>
    </StrictMode>,
  );
