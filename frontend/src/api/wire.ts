// Made by `npm run types` from docs/openapi.json.
export interface paths {
    "/api/v1/access/change-user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change what is given, at once for all its tokens and sessions. Raises Conflict for the last active owner. */
        post: operations["access.change_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/create-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a token; it is shown this once. Others than owners make their own only. */
        post: operations["access.create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/create-user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a user with one of the seven roles; labelers and reviewers may be limited to labeling pipelines. */
        post: operations["access.create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a link by which people join a labeling pipeline, as labelers or reviewers; in 14 days it expires. */
        post: operations["access.invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/list-invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List invites, newest first. */
        get: operations["access.list_invites"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/list-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tokens and sessions, without secrets: all for owners and auditors, else the caller's own. */
        get: operations["access.list_tokens"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/list-users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List users. */
        get: operations["access.list_users"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the caller. */
        get: operations["access.me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/remove-user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove a user and all its tokens. */
        post: operations["access.remove_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/revoke-invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let nobody else join by a link; who joined already stays. */
        post: operations["access.revoke_invite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/access/revoke-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a token (or session) invalid, and the sessions that it opened. */
        post: operations["access.revoke_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/duplicates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List groups of near-duplicates. */
        get: operations["analysis.duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what is special about some items (`keys`, or a filter `selection`) against the rest of `where`. */
        post: operations["analysis.explain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the places of matching items, coloured by a column: all, or a sample of at most `points`. */
        get: operations["analysis.map"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/neighbours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the items nearest to one. */
        get: operations["analysis.neighbours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find items like `seeds` and `accepted`, unlike `discarded`, that were not decided yet, best first. */
        post: operations["analysis.similar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Save a version if something changed, make or update NAME-embed and NAME-analysis, and run them. */
        post: operations["analysis.start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell how far the analysis is. Cheap. */
        get: operations["analysis.state"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/analysis/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop its runs. What was described stays and is not done again. */
        post: operations["analysis.stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/annotations/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what has a key (with a value, in a repo). */
        get: operations["annotations.find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/annotations/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return what is said about a thing, by key. */
        get: operations["annotations.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/annotations/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take keys away and return what is left. */
        post: operations["annotations.remove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/annotations/set": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set keys of a thing and return all it has. */
        post: operations["annotations.set"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the audit trail as CSV.
         * @description Stream the audit trail as a file to keep.
         */
        get: operations["audit.export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List entries, newest first. `operation` may end at a dot (`access.`); `object` is the beginning of a name. */
        get: operations["audit.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a branch at `head` (a revision of the same repo), or empty. */
        post: operations["branches.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a branch; its commits stay. Raises Conflict when something is derived from it. */
        post: operations["branches.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the newest commit (or all behind the revision `to`) off a branch and let go of its data. */
        post: operations["branches.drop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/follow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a branch follow the branch `source` of its repo: its head becomes the same commit. */
        post: operations["branches.follow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one branch. */
        get: operations["branches.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the branches of a repo. */
        get: operations["branches.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move the head to the revision `to` of the same repo: deploy or roll back. Starts a new change. */
        post: operations["branches.move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/moves": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List head moves, newest first. */
        get: operations["branches.moves"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/protect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let only `roles` write to a branch, whose head then never moves back. */
        post: operations["branches.protect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/unfollow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let it stay where it is. */
        post: operations["branches.unfollow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/branches/unprotect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the protection away. */
        post: operations["branches.unprotect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/conflicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the conflicts of a merge by path. */
        get: operations["commits.conflicts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List paths that differ, by path; `old` None means the first parent of `new`. */
        get: operations["commits.diff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/diff-content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell what differs inside one file (lines of text, cells of CSV, values of JSON); `old` as for `diff`. */
        get: operations["commits.diff_content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/forget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let go of a commit's data and keep its record and lineage. Raises Conflict for a head or a tagged commit. */
        post: operations["commits.forget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Resolve a reference to its commit. */
        get: operations["commits.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a commit and its ancestors, newest first; with a path, only commits that touched it. */
        get: operations["commits.log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Merge a commit of the repo into `repo[@branch]`, path by path; conflicts are returned and nothing is done. */
        post: operations["commits.merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/commits/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Undo one commit on its branch and keep what came later. Raises Conflict that names the paths. */
        post: operations["commits.revert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/acts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what people did, newest first. */
        get: operations["datasets.acts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what filters may name. */
        get: operations["datasets.columns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count the rows that match. */
        get: operations["datasets.count"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/count-items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count the items that match. */
        get: operations["datasets.count_items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/define": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a dataset or change what it is made of. It is opened first: Invalid names the field that is wrong. */
        post: operations["datasets.define"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream matching items as a zip archive.
         * @description Stream matching items as a zip archive to save.
         */
        get: operations["datasets.export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/fix": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set the label of items, named by `keys` or by a filter; None takes earlier fixes back. */
        post: operations["datasets.fix"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one dataset, opened. */
        get: operations["datasets.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/guess": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Suggest a definition for what lies at `repo[@branch][:path]`: images, or a table. */
        get: operations["datasets.guess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/histograms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count the values of several columns among the matching items. */
        get: operations["datasets.histograms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/item": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one item with its answers, history and slices. Raises NotFound. */
        get: operations["datasets.item"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List matching items by key, or by the column `sort` (missing values last, equal ones by key). */
        get: operations["datasets.items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List datasets by name, without opening them. */
        get: operations["datasets.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/mark": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark items (model_wrong, ambiguous, bad_data, accepted, discarded, ...); None takes the mark off. */
        post: operations["datasets.mark"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Score a model on the matching items; predictions less sure than `threshold` count as none. */
        get: operations["datasets.metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/plan-export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Say how much an export would be, and in which formats. */
        get: operations["datasets.plan_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/plan-send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what sending items to people would do, and cost at most; nothing is made yet. See `send`. */
        post: operations["datasets.plan_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read rows of the table at `repo@revision:folder-or-file` (Parquet, CSV, JSONL), filtered. */
        get: operations["datasets.rows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/save-version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Save the working state as a version on branch `versions`, derived from its sources. */
        post: operations["datasets.save_version"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send items (named, or matching, or of a slice) to people: to a labeling pipeline, or to a `new` one. */
        post: operations["datasets.send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return a small picture of an image item.
         * @description Return a small picture. With `version` (whatever tells the content apart, such as its reference) it is kept.
         */
        get: operations["datasets.thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Undo one act and keep later ones. Raises Conflict that names the items changed again since. */
        post: operations["datasets.undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the values of a column that begin with `prefix` (in any case), commonest first. */
        get: operations["datasets.values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/version-changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compare two saved versions, each by number or commit: counts, and the items that differ by key. */
        get: operations["datasets.version_changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/datasets/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List saved versions, newest first. */
        get: operations["datasets.versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the draft a commit on the current head. With `if_head`, raises BranchMoved when it is another. */
        post: operations["drafts.commit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a file or folder in the draft. */
        post: operations["drafts.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget the draft. */
        post: operations["drafts.discard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one draft. */
        get: operations["drafts.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open a private draft on `repo[@branch]`. */
        post: operations["drafts.open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/drafts/put": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a file in a draft.
         * @description Write the body at a path of the draft.
         */
        post: operations["drafts.put"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/feedback/declare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declare an edge from `repo@branch[:path of a selection file]` to `repo@branch`. `budget` counts items. */
        post: operations["feedback.declare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/feedback/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End an edge for good: it fires no more, its rounds stay on record. An ended one stays as it is. */
        post: operations["feedback.end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/feedback/fire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send the items that the source's head names into the target; None when the selection is empty. */
        post: operations["feedback.fire"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/feedback/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one edge. */
        get: operations["feedback.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/feedback/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List edges. */
        get: operations["feedback.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/append": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write the body behind what a file holds.
         * @description Write the body behind the bytes of `repo[@branch]:path`.
         */
        post: operations["files.append"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream a commit, folder or file as tar or zip, with paths relative to it.
         * @description Stream all files below a reference.
         */
        get: operations["files.archive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put what is at `source` (any `repo[@revision][:path]`) at `target` (`repo[@branch][:path]`), as one commit. */
        post: operations["files.copy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a file or folder. */
        post: operations["files.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/get-bucket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write a version below a URL that the server may reach; answers lines of JSON, `result` last.
         * @description Send objects in a thread and stream what it says.
         */
        post: operations["files.get_bucket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List one level of a folder. */
        get: operations["files.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a file or folder like `copy` and return the target's commit. */
        post: operations["files.move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/put": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write one file; the body is its bytes.
         * @description Write the body at `repo[@branch]:path`.
         */
        post: operations["files.put"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/put-archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write the files of an archive: tar (plain, gzip, bzip2, xz, zstd) or zip.
         * @description Write the files of an archive (tar, zip) below `repo[@branch][:path]`.
         */
        post: operations["files.put_archive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/put-bucket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write all objects below a URL that the server may reach; answers lines of JSON, `result` last.
         * @description Fetch objects in a thread and stream what it says.
         */
        post: operations["files.put_bucket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/put-many": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write and delete many files in one commit; the body is a tar stream.
         * @description Write the files of the tar stream; its global header `TILTH.deletes` may hold a JSON list of paths to delete.
         */
        post: operations["files.put_many"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/put-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write what an http(s) URL answers; with `unpack` the files of the archive that it is. */
        post: operations["files.put_url"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the bytes of a file, or a range of them.
         * @description Stream a file; `start` and `stop` or a Range header choose a part.
         */
        get: operations["files.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/stat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one file or folder. */
        get: operations["files.stat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Return a small picture of an image file.
         * @description Return a small picture. With `version` (the file's digest, say) it is kept.
         */
        get: operations["files.thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/files/walk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List all files below a path, or those that match a glob, by path. */
        get: operations["files.walk"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/datums": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the datums of a job, failed ones first when no state is given. */
        get: operations["jobs.datums"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one job by id. */
        get: operations["jobs.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List jobs, newest first. */
        get: operations["jobs.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the log of one datum.
         * @description Stream a log as plain text.
         */
        get: operations["jobs.logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a job; its branch does not move. */
        post: operations["jobs.stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/wait": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Wait up to `timeout_s` for a job or all jobs of a change; answers their state, ended or not.
         * @description Look again and again from the event loop, so that those who wait hold no thread that others need.
         */
        get: operations["jobs.wait"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a key pair; the secret is shown this once. Others than owners make their own only. */
        post: operations["keys.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List key pairs, without secrets: all for owners and auditors, else the caller's own. */
        get: operations["keys.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a key pair invalid. */
        post: operations["keys.revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/ban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ban a worker (by opaque id) for good: answers are rejected and unpaid, their tasks asked again. */
        post: operations["labeling.ban"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/escalated": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List items that wait for an expert's ruling, with the answers so far. */
        get: operations["labeling.escalated"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one labeling pipeline's progress, from counters. */
        get: operations["labeling.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/import-answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take answers that people gave elsewhere into the ledger, unpaid, marked as imported. */
        post: operations["labeling.import_answers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the imports of answers, newest first. */
        get: operations["labeling.imports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what holds now for each item, published or not. */
        get: operations["labeling.labels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List labeling pipelines with their progress (those the caller may work on, for a labeler). */
        get: operations["labeling.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the bytes that a task shows.
         * @description Stream what a task shows, to those who run the pipeline. The bytes of a task never change.
         */
        get: operations["labeling.media"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish answers and labels now; None when there is nothing new. */
        post: operations["labeling.publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a ruling back: the answers hold again, and missing ones are asked for. */
        post: operations["labeling.reopen"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/rule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide an item as an expert; final until reopened. */
        post: operations["labeling.rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/set-guidelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change what people are told, as a new version of the pipeline; answers given so far stay. */
        post: operations["labeling.set_guidelines"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/undo-import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an import of answers back, `most` answers in one transaction; `dry_run` tells what all would do. */
        post: operations["labeling.undo_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/labeling/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the workers of a labeling pipeline by opaque id. */
        get: operations["labeling.workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lineage/descendants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List commits derived from a commit. */
        get: operations["lineage.descendants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lineage/of": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Trace a commit, or one file of it down to items, recipes, guidelines and (opaque) labelers. */
        get: operations["lineage.of"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/allow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let bytes that were purged be put again. Raises NotFound. */
        post: operations["maintenance.allow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Back up to the server's folder for it; answers lines of JSON: progress, then `result` or `error`.
         * @description Back up in a thread and stream what it says.
         */
        post: operations["maintenance.backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the feed. */
        get: operations["maintenance.events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/gc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete what nothing reaches; answers lines of JSON: progress, then `result` or `error`.
         * @description Collect garbage in a thread and stream what it says.
         */
        post: operations["maintenance.gc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take bytes away for good; answers lines of JSON: progress, then `result` or `error`.
         * @description Purge in a thread and stream what it says.
         */
        post: operations["maintenance.purge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/repo-usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Measure what each repo takes on disk and what it shares. Reads all trees once per repo. */
        get: operations["maintenance.repo_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tell whether anything is left to run, and who runs it. Cheap; from counters. */
        get: operations["maintenance.status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sum up sizes, from counters. */
        get: operations["maintenance.usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/maintenance/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Re-hash everything; answers lines of JSON: progress, then `result` or `error`.
         * @description Verify in a thread and stream what it says.
         */
        post: operations["maintenance.verify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/board": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Run all tests of a model on one version, or on the `limit` newest. */
        get: operations["models.board"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Compare two versions, of one model or of two, on the items that match. */
        get: operations["models.compare"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/compared": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the items that the second fixed, that it broke, or that both have wrong (`still_wrong`), worst first. */
        get: operations["models.compared"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one model. */
        get: operations["models.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List models by name, each with up to `recent` of its newest versions. */
        get: operations["models.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put a version in production: branch `production` of the repo with its weights moves, and a commit says why. */
        post: operations["models.promote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/promotions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what was promoted, newest first. */
        get: operations["models.promotions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a model, or change its definition. */
        post: operations["models.register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/remove-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove a test. */
        post: operations["models.remove_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/set-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make or change a test of a model: `{"metric": "accuracy|recall|precision|macro_f1", "class": C, "where": W}`. */
        post: operations["models.set_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/train": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Train on a dataset by the built-in recipe, or make a model anew by the pipeline that it follows. */
        post: operations["models.train"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report how predictions (the body, or a file by reference) join a model's dataset, or save them.
         * @description Report how predictions join; `mapping` is a JSON object.
         */
        post: operations["models.upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the versions of a model, newest first. The first look at a version costs reading its predictions. */
        get: operations["models.versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what a spec would do. Raises Invalid that names the field. */
        post: operations["pipelines.check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create (or with `update` change) a pipeline. `code` is an archive of its code folder (see `archive_code`). */
        post: operations["pipelines.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a pipeline; its output repo and lineage stay. */
        post: operations["pipelines.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one pipeline. */
        get: operations["pipelines.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List pipelines by name. */
        get: operations["pipelines.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let it get no more jobs (and lend no more tasks) until resumed; a job that runs is finished. */
        post: operations["pipelines.pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/rerun": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a new change for the pipeline at its inputs' heads; `reprocess` ignores earlier results. Returns it. */
        post: operations["pipelines.rerun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a paused pipeline run again, at its inputs' heads: what it missed meanwhile is one job. */
        post: operations["pipelines.resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/branch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Copy a whole project: repos, pipelines, datasets, models, and what was computed and bought for them. */
        post: operations["projects.branch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Say what a project branch and its origin have that the other has not. Costs what differs, and its answers. */
        get: operations["projects.changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a project branch: its repos, pipelines and what they hold. Its origin stays as it is. */
        post: operations["projects.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List projects that hold something, by name. */
        get: operations["projects.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bring what was changed in a project branch back into its origin, all of it in one change or nothing. */
        post: operations["projects.promote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/repos/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a repo with an empty `main` branch. `name` may be `PROJECT/REPO`. Raises Conflict if it exists. */
        post: operations["repos.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/repos/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a repo. Raises Conflict when something is derived from it, unless `force`. */
        post: operations["repos.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/repos/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one repo. */
        get: operations["repos.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/repos/hold-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a repo as held out: nothing trained may have it upstream. */
        post: operations["repos.hold_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/repos/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List repos by name; with `kind` (data, dataset, model) only those. */
        get: operations["repos.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decide an item: `accepted`, `corrected` (to `label`: a ruling), `rejected` (its answers are unpaid and asked */
        post: operations["reviews.decide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/due": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what waits for a person: open reviews, items for an expert, labelers who fail known answers. */
        get: operations["reviews.due"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a review before all is decided; decisions stay. */
        post: operations["reviews.end"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one review. */
        get: operations["reviews.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a review's items in order; `todo`: only those not decided yet. */
        get: operations["reviews.items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List reviews, newest first. */
        get: operations["reviews.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/rates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return error rates with intervals, over all random reviews or one. */
        get: operations["reviews.rates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Draw a sample of settled items: `size` of them, or a `share` of all. Equal seeds draw equal samples. */
        post: operations["reviews.start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reviews/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take back the caller's last standing decision with all it did; None when there is none. Raises Conflict when */
        post: operations["reviews.undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/comment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say something about the slice, or about its item `key`. */
        post: operations["slices.comment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a slice of the items `keys`, of those that match `where` now, or (`live`) that match it at any time. */
        post: operations["slices.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a slice; the items stay, and so does the slice's history. */
        post: operations["slices.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one slice. */
        get: operations["slices.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what is noted about items, by key: the chosen items, or (live) those with a status; or some `keys`. */
        get: operations["slices.items"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the slices of a dataset by name (without their comments), those of one state or all. */
        get: operations["slices.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/set-items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add items, take items out, or give the items `keys` a status. */
        post: operations["slices.set_items"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/slices/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change what is given. Raises Conflict for a state that cannot follow the present one. */
        post: operations["slices.update"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Name the commit at the revision `at`. Raises Conflict when the name is taken by another commit or branch. */
        post: operations["tags.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget a tag; its commit stays. */
        post: operations["tags.delete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tags/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the tags of a repo by name. */
        get: operations["tags.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Compare practice answers with those of the people who did the work. Nothing is kept. */
        post: operations["tasks.compare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return the caller's own numbers; how known answers came out only now and then, rounded, and not which. */
        get: operations["tasks.me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Stream the bytes shown in a task.
         * @description Stream what a task shows.
         */
        get: operations["tasks.media"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lend the caller a task; None when there is none. Raises Denied when the caller is banned (and says why). */
        post: operations["tasks.next"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/practice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return up to `limit` done items that the caller has not labeled, to try one's hand at. Nothing is lent. */
        get: operations["tasks.practice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Return up to `limit` (at most 4) tasks that the caller holds, lending what is missing, the first to do first. */
        post: operations["tasks.queue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let go of a task that was taken ahead, as if its time had run out: others may have it at once. */
        post: operations["tasks.release"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the task back. */
        post: operations["tasks.skip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer with a Label Studio result list. Repeating the same call is safe. */
        post: operations["tasks.submit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forget the transaction and what was written in it. */
        post: operations["transactions.abort"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/append": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write the body behind what a file holds, in a transaction.
         * @description Write the body behind the bytes of `repo[@branch]:path` in a transaction.
         */
        post: operations["transactions.append"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open an empty transaction. */
        post: operations["transactions.begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Commit on every branch that something changes on, all or none, and end the transaction. */
        post: operations["transactions.commit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one that is open. */
        get: operations["transactions.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List those that are open, oldest first. */
        get: operations["transactions.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transactions/put-many": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write and delete files in a transaction; the body is a tar stream.
         * @description Write the files of the tar stream in a transaction; deletes stand in its header, as for `files.put_many`.
         */
        post: operations["transactions.put_many"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/lacking": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Return those of the given commits that are not here. */
        post: operations["transfers.lacking"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/missing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a byte for each entry of an outline: 1 where its record is not here.
         * @description Look records up.
         */
        post: operations["transfers.missing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/outline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stream which records commits consist of: 33 bytes each, a kind and a digest.
         * @description Stream an outline.
         */
        post: operations["transfers.outline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/put-records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store records, each checked against its digest.
         * @description Store records as they arrive.
         */
        post: operations["transfers.put_records"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stream those records of an outline that are wanted.
         * @description Stream records.
         */
        post: operations["transfers.records"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/refs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return what a repo names now. */
        get: operations["transfers.refs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/transfers/take-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the repo here what `refs` say, from records that are here; everything is checked first. */
        post: operations["transfers.take_over"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write the files that the lines tell in one commit, from chunks that are there.
         * @description Write files in one commit; lines that delete come first.
         */
        post: operations["uploads.commit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/lacking": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answer a byte for each chunk of the files that the lines tell: 1 where it is to be put first.
         * @description Look chunks up.
         */
        post: operations["uploads.lacking"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/uploads/put": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store chunks as records, each checked against its digest; they are kept for a week for their sender.
         * @description Store chunks as they arrive.
         */
        post: operations["uploads.put"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a labeler's answers, newest first, rejected ones too; only: `differs`, `known`, `rejected`. */
        get: operations["workers.answers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Aggregate the same answers by every method and tell how they differ. Raises Invalid where answers are not */
        get: operations["workers.compare"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/flips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List items that `method` (or any) decides otherwise than the pipeline's own one does. */
        get: operations["workers.flips"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return one labeler from near. */
        get: operations["workers.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List labelers, sorted by known, agreement, seconds, answers, rejected, skipped, earned, state, last, worker. */
        get: operations["workers.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/unban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a banned labeler another chance. Answers that the ban rejected stay so: others were asked. */
        post: operations["workers.unban"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AccessChangeUserRequest */
        AccessChangeUserRequest: {
            /** Disabled */
            disabled?: boolean | null;
            /** Labels */
            labels?: string[] | null;
            /** Name */
            name: string;
            /** Role */
            role?: string | null;
        };
        /** AccessCreateTokenRequest */
        AccessCreateTokenRequest: {
            /** User */
            user: string;
        };
        /** AccessCreateUserRequest */
        AccessCreateUserRequest: {
            /** Labels */
            labels?: string[];
            /** Name */
            name: string;
            /** Role */
            role: string;
        };
        /** AccessInviteRequest */
        AccessInviteRequest: {
            /** Expires Ms */
            expires_ms?: number | null;
            /** Max Uses */
            max_uses?: number;
            /** Pipeline */
            pipeline: string;
            /** Role */
            role?: string;
        };
        /** AccessRemoveUserRequest */
        AccessRemoveUserRequest: {
            /** Name */
            name: string;
        };
        /** AccessRevokeInviteRequest */
        AccessRevokeInviteRequest: {
            /** Invite Id */
            invite_id: string;
        };
        /** AccessRevokeTokenRequest */
        AccessRevokeTokenRequest: {
            /** Token Id */
            token_id: string;
        };
        /**
         * ActInfo
         * @description One act of a person: one commit on `main`.
         */
        ActInfo: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Commit */
            commit: string;
            /** Count */
            count: number;
            /** Kind */
            kind: string;
            /** Message */
            message: string;
            /**
             * Ruled
             * @default 0
             */
            ruled: number;
            /** Undoable */
            undoable: boolean;
            /**
             * Undone
             * @default false
             */
            undone: boolean;
        };
        /** AnalysisExplainRequest */
        AnalysisExplainRequest: {
            /** At */
            at?: string | null;
            /** Dataset */
            dataset: string;
            /** Keys */
            keys?: string[] | null;
            /** Limit */
            limit?: number;
            /** Model */
            model?: string | null;
            /** Selection */
            selection?: string | null;
            /** Where */
            where?: string;
        };
        /**
         * AnalysisInfo
         * @description How far the analysis of a dataset is.
         */
        AnalysisInfo: {
            /** Commit */
            commit: string | null;
            /** Dataset */
            dataset: string;
            /** Done */
            done: number;
            /** Jobs */
            jobs: components["schemas"]["JobInfo"][];
            /** Newest */
            newest: number;
            /** Reason */
            reason: string;
            /** Stage */
            stage: string;
            /** State */
            state: string;
            /** Summary */
            summary: {
                [key: string]: unknown;
            };
            /** Total */
            total: number;
            /** Unreadable */
            unreadable: number;
            /** Version */
            version: number | null;
        };
        /** AnalysisSimilarRequest */
        AnalysisSimilarRequest: {
            /** Accepted */
            accepted?: string[];
            /** Dataset */
            dataset: string;
            /** Discarded */
            discarded?: string[];
            /** Diverse */
            diverse?: boolean;
            /** Limit */
            limit?: number;
            /** Model */
            model?: string | null;
            /** Seeds */
            seeds: string[];
            /** Where */
            where?: string;
        };
        /** AnalysisStartRequest */
        AnalysisStartRequest: {
            /** Dataset */
            dataset: string;
        };
        /** AnalysisStopRequest */
        AnalysisStopRequest: {
            /** Dataset */
            dataset: string;
        };
        /**
         * AnnotationInfo
         * @description One word about one thing.
         */
        AnnotationInfo: {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Digest */
            digest: string | null;
            /** Key */
            key: string;
            /** Kind */
            kind: string;
            /** Repo */
            repo: string;
            /** Subject */
            subject: string;
            /** Value */
            value: string;
        };
        /** AnnotationsRemoveRequest */
        AnnotationsRemoveRequest: {
            /** Keys */
            keys: string[];
            /** Reference */
            reference: string;
        };
        /** AnnotationsSetRequest */
        AnnotationsSetRequest: {
            /** Reference */
            reference: string;
            /** Values */
            values: {
                [key: string]: string;
            };
        };
        /**
         * AnswerImportInfo
         * @description One import of answers: `table` is `repo@commit:file`, `answers` how many of it are there (0: all taken back).
         */
        AnswerImportInfo: {
            /** Answers */
            answers: number;
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Id */
            id: string;
            /** Table */
            table: string;
            /** Taken Back By */
            taken_back_by: string | null;
            /** Taken Back Ms */
            taken_back_ms: number | null;
        };
        /**
         * AssignmentInfo
         * @description A task lent to a worker until `expires_ms`. Known-answer tasks look like any other.
         */
        AssignmentInfo: {
            /** Config */
            config: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
            /** Expires Ms */
            expires_ms: number;
            /** Guideline Version */
            guideline_version: string;
            /** Guidelines */
            guidelines: string;
            /** Id */
            id: string;
            /** Media */
            media: {
                [key: string]: string;
            };
            /** Pipeline */
            pipeline: string;
            /** Price */
            price: number;
        };
        /**
         * AuditEntry
         * @description One act through a door, or one that was refused there.
         */
        AuditEntry: {
            /** At Ms */
            at_ms: number;
            /** Detail */
            detail: string;
            /** Hash */
            hash: string;
            /** Object */
            object: string;
            /** Operation */
            operation: string;
            /** Origin */
            origin: string;
            /** Outcome */
            outcome: string;
            /** Position */
            position: number;
            /** Token */
            token: string;
            /** User */
            user: string;
        };
        /**
         * BackupRequest
         * @description Where to, if not where the server is set to, which is all that it allows.
         */
        BackupRequest: {
            /** Folder */
            folder?: string | null;
        };
        /**
         * BinInfo
         * @description How many values lie in low ≤ value < high (the last bin has its high, too).
         */
        BinInfo: {
            /** Count */
            count: number;
            /** High */
            high: number;
            /** Low */
            low: number;
        };
        /**
         * BranchChange
         * @description How one branch of a project branch differs from where it and its origin last agreed.
         */
        BranchChange: {
            /** Added */
            added: number;
            /** Ahead */
            ahead: number;
            /** Behind */
            behind: number;
            /** Branch */
            branch: string;
            /** Changed */
            changed: number;
            /** Output */
            output: boolean;
            /** Removed */
            removed: number;
            /** Repo */
            repo: string;
            /** State */
            state: string;
        };
        /**
         * BranchInfo
         * @description A movable name for a commit.
         */
        BranchInfo: {
            follows?: components["schemas"]["FollowInfo"] | null;
            /** Head */
            head: string | null;
            /**
             * Inputs
             * @default []
             */
            inputs: string[];
            /** Name */
            name: string;
            /** Owner */
            owner?: string | null;
            /** Protected */
            protected?: string[] | null;
            /** Repo */
            repo: string;
        };
        /**
         * BranchRef
         * @description A branch and where its head is; `head` and `seal` are empty while there is no commit.
         */
        "BranchRef-Input": {
            /** Head */
            head: string;
            /** Name */
            name: string;
            /** Seal */
            seal: string;
        };
        /**
         * BranchRef
         * @description A branch and where its head is; `head` and `seal` are empty while there is no commit.
         */
        "BranchRef-Output": {
            /** Head */
            head: string;
            /** Name */
            name: string;
            /** Seal */
            seal: string;
        };
        /** BranchesCreateRequest */
        BranchesCreateRequest: {
            /** Head */
            head?: string | null;
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /** BranchesDeleteRequest */
        BranchesDeleteRequest: {
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /** BranchesDropRequest */
        BranchesDropRequest: {
            /** Name */
            name: string;
            /** Reason */
            reason?: string;
            /** Repo */
            repo: string;
            /** To */
            to?: string | null;
        };
        /** BranchesFollowRequest */
        BranchesFollowRequest: {
            /** Commits */
            commits?: number | null;
            /** Cron */
            cron?: string | null;
            /** Every */
            every?: boolean;
            /** Name */
            name: string;
            /** Rate */
            rate?: string | null;
            /** Repo */
            repo: string;
            /** Size */
            size?: number | null;
            /** Source */
            source: string;
        };
        /** BranchesMoveRequest */
        BranchesMoveRequest: {
            /** Message */
            message?: string;
            /** Name */
            name: string;
            /** Repo */
            repo: string;
            /** To */
            to: string;
        };
        /** BranchesProtectRequest */
        BranchesProtectRequest: {
            /** Name */
            name: string;
            /** Repo */
            repo: string;
            /** Roles */
            roles?: string[];
        };
        /** BranchesUnfollowRequest */
        BranchesUnfollowRequest: {
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /** BranchesUnprotectRequest */
        BranchesUnprotectRequest: {
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /**
         * CellInfo
         * @description How many items of class `true` were predicted as `predicted`.
         */
        CellInfo: {
            /** Count */
            count: number;
            /** Predicted */
            predicted: string;
            /** True */
            true: string;
        };
        /**
         * ChangeInfo
         * @description A number of both models on the same items, and the second's minus the first's with its 95 % interval.
         */
        ChangeInfo: {
            difference: components["schemas"]["IntervalInfo"];
            first: components["schemas"]["IntervalInfo"];
            second: components["schemas"]["IntervalInfo"];
            /** Verdict */
            verdict: string;
        };
        /**
         * ClassAgreement
         * @description A labeler's agreement on items of one class.
         */
        ClassAgreement: {
            /** Label */
            label: string;
            rate: components["schemas"]["IntervalInfo"];
        };
        /**
         * ClassMetrics
         * @description One class: `support` items truly are of it, `predicted` were said to be.
         */
        ClassMetrics: {
            f1: components["schemas"]["IntervalInfo"];
            /** Label */
            label: string;
            precision: components["schemas"]["IntervalInfo"];
            /** Predicted */
            predicted: number;
            recall: components["schemas"]["IntervalInfo"];
            /** Support */
            support: number;
        };
        /**
         * ColourInfo
         * @description What the points of a map are coloured by.
         */
        ColourInfo: {
            /** Column */
            column: string;
            /** Counts */
            counts: number[];
            /** High */
            high: number | null;
            /** Kind */
            kind: string;
            /** Low */
            low: number | null;
            /** Missing */
            missing: number;
            /** Names */
            names: string[];
            /** Other */
            other: number;
        };
        /**
         * ColumnInfo
         * @description A column that filters, sorting and histograms may name.
         */
        ColumnInfo: {
            /** Distinct */
            distinct: number;
            /** Kind */
            kind: string;
            /** Name */
            name: string;
            /** Role */
            role: string;
        };
        /**
         * CommitCounts
         * @description Files that a commit added, changed and removed against its first parent; `put` is the size of those added and
         *     changed, in bytes, `stored` what of it was not stored before, as it lies on disk (None where nobody counted).
         */
        CommitCounts: {
            /** Added */
            added: number;
            /** Changed */
            changed: number;
            /** Put */
            put: number;
            /** Removed */
            removed: number;
            /** Stored */
            stored?: number | null;
        };
        /**
         * CommitInfo
         * @description A commit as its record says it.
         */
        CommitInfo: {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Change */
            change: string;
            /**
             * Changed
             * @default true
             */
            changed: boolean;
            counts?: components["schemas"]["CommitCounts"] | null;
            derivation?: components["schemas"]["DerivationInfo"] | null;
            /** Files */
            files: number;
            /** Id */
            id: string;
            /** Message */
            message: string;
            /** Parents */
            parents: string[];
            /** Repo */
            repo: string;
            /** Seal */
            seal: string;
            /** Size */
            size: number;
        };
        /** CommitsForgetRequest */
        CommitsForgetRequest: {
            /** Reason */
            reason?: string;
            /** Reference */
            reference: string;
        };
        /** CommitsMergeRequest */
        CommitsMergeRequest: {
            /** Decisions */
            decisions?: {
                [key: string]: string;
            } | null;
            /** Draft */
            draft?: string | null;
            /** Dry Run */
            dry_run?: boolean;
            /** If Head */
            if_head?: string | null;
            /** Into */
            into: string;
            /** Message */
            message?: string;
            /** Source */
            source: string;
        };
        /** CommitsRevertRequest */
        CommitsRevertRequest: {
            /** Branch */
            branch?: string | null;
            /** Message */
            message?: string;
            /** Reference */
            reference: string;
        };
        /**
         * ComparedItem
         * @description One item with what both models said.
         */
        ComparedItem: {
            /** Fields */
            fields: {
                [key: string]: unknown;
            };
            /** First */
            first: string;
            /** First Confidence */
            first_confidence: number | null;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Mark */
            mark: string | null;
            media: components["schemas"]["MediaInfo"];
            /** Second */
            second: string;
            /** Second Confidence */
            second_confidence: number | null;
        };
        /**
         * ComparisonInfo
         * @description The caller beside all who did the work, the most agreeing first.
         *
         *     `outcomes` is empty for callers who may not see labels.
         */
        ComparisonInfo: {
            me: components["schemas"]["StandingInfo"];
            /** Others */
            others: components["schemas"]["StandingInfo"][];
            /** Outcomes */
            outcomes: components["schemas"]["PracticeOutcome"][];
        };
        /**
         * ConflictInfo
         * @description One path that both sides changed: what it was where they parted, is in the target, and is in the source.
         */
        ConflictInfo: {
            base: components["schemas"]["FileInfo"] | null;
            /** Kind */
            kind: string;
            /**
             * Meets
             * @default
             */
            meets: string;
            ours: components["schemas"]["FileInfo"] | null;
            /** Path */
            path: string;
            theirs: components["schemas"]["FileInfo"] | null;
        };
        /**
         * ConfusionCell
         * @description How often a labeler said `said` where the others, or a known answer, say `true`.
         */
        ConfusionCell: {
            /** Count */
            count: number;
            /** Said */
            said: string;
            /** True */
            true: string;
        };
        /**
         * ContentChangeInfo
         * @description One difference; `old` or `new` is None for what only one side has.
         */
        ContentChangeInfo: {
            /** New */
            new: string | null;
            /** Old */
            old: string | null;
            /** Place */
            place: string;
        };
        /**
         * ContentDiffInfo
         * @description The differences between two contents of one path, in order.
         */
        ContentDiffInfo: {
            /** Changes */
            changes: components["schemas"]["ContentChangeInfo"][];
            /** Equal */
            equal: boolean;
            /** Kind */
            kind: string;
            /** More */
            more: boolean;
            /** Path */
            path: string;
        };
        /**
         * CountInfo
         * @description How many items there are, and how many match.
         */
        CountInfo: {
            /** Matching */
            matching: number;
            /** Total */
            total: number;
        };
        /**
         * CredentialInfo
         * @description A token or a browser's session, without its secret.
         */
        CredentialInfo: {
            /** Created By */
            created_by: string;
            /** Created Ms */
            created_ms: number;
            /** Current */
            current: boolean;
            /** Expires Ms */
            expires_ms: number | null;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /** Note */
            note: string;
            /** Origin */
            origin: string;
            /** Used Ms */
            used_ms: number | null;
            /** User */
            user: string;
        };
        /**
         * DatasetInfo
         * @description A dataset and what is in it now.
         */
        DatasetInfo: {
            /** Analysis */
            analysis: string;
            /** Classes */
            classes: string[];
            /** Definition */
            definition: {
                [key: string]: unknown;
            };
            /** Description */
            description: string;
            /** Head */
            head: string;
            /** Items */
            items: number | null;
            /** Labeled */
            labeled: number | null;
            /** Media */
            media: string;
            /** Models */
            models: string[];
            /** Name */
            name: string;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Project */
            project: string;
            /** Unmatched */
            unmatched?: {
                [key: string]: number;
            };
            /**
             * Untrainable
             * @default
             */
            untrainable: string;
            /** Versions */
            versions: number;
        };
        /** DatasetsDefineRequest */
        DatasetsDefineRequest: {
            /** Definition */
            definition: {
                [key: string]: unknown;
            };
            /** Description */
            description?: string;
            /** Message */
            message?: string;
            /** Name */
            name: string;
        };
        /** DatasetsFixRequest */
        DatasetsFixRequest: {
            /** Expect */
            expect?: number | null;
            /** Keys */
            keys?: string[] | null;
            /** Label */
            label: string | null;
            /** Model */
            model?: string | null;
            /** Name */
            name: string;
            /** Reason */
            reason?: string;
            /** Where */
            where?: string | null;
        };
        /** DatasetsMarkRequest */
        DatasetsMarkRequest: {
            /** Keys */
            keys: string[];
            /** Mark */
            mark: string | null;
            /** Name */
            name: string;
            /** Reason */
            reason?: string;
        };
        /** DatasetsPlanSendRequest */
        DatasetsPlanSendRequest: {
            /** Keys */
            keys?: string[];
            /** Model */
            model?: string | null;
            /** Name */
            name: string;
            /** New */
            new?: {
                [key: string]: unknown;
            } | null;
            /** Pipeline */
            pipeline?: string | null;
            /** Slice */
            slice?: string;
            /** Where */
            where?: string;
        };
        /** DatasetsSaveVersionRequest */
        DatasetsSaveVersionRequest: {
            /** Message */
            message?: string;
            /** Name */
            name: string;
        };
        /** DatasetsSendRequest */
        DatasetsSendRequest: {
            /** Expect */
            expect?: number | null;
            /** Keys */
            keys?: string[];
            /** Message */
            message?: string;
            /** Model */
            model?: string | null;
            /** Name */
            name: string;
            /** New */
            new?: {
                [key: string]: unknown;
            } | null;
            /** Pipeline */
            pipeline?: string | null;
            /** Slice */
            slice?: string;
            /** Where */
            where?: string;
        };
        /** DatasetsUndoRequest */
        DatasetsUndoRequest: {
            /** Commit */
            commit: string;
            /** Name */
            name: string;
        };
        /**
         * DatumInfo
         * @description One datum of a job.
         */
        DatumInfo: {
            /**
             * Cpu S
             * @default 0
             */
            cpu_s: number;
            /** Key */
            key: string;
            /**
             * Outputs
             * @default []
             */
            outputs: string[];
            /**
             * Reason
             * @default
             */
            reason: string;
            /**
             * Reused
             * @default false
             */
            reused: boolean;
            /** State */
            state: string;
            /**
             * Tries
             * @default 1
             */
            tries: number;
            /**
             * Wall S
             * @default 0
             */
            wall_s: number;
        };
        /**
         * DatumTrace
         * @description Which item of which run wrote a file, and from what.
         */
        DatumTrace: {
            /** Commit */
            commit: string;
            /** Datum */
            datum: string;
            /** Inputs */
            inputs: string[];
            /** Job */
            job: string | null;
            /** Path */
            path: string;
            /** Pipeline */
            pipeline: string;
            /** Recipe */
            recipe: string;
        };
        /**
         * DerivationInfo
         * @description How a commit came from others.
         */
        DerivationInfo: {
            /** Facts */
            facts?: {
                [key: string]: unknown;
            };
            /** Inputs */
            inputs: components["schemas"]["InputInfo"][];
            /** Job */
            job?: string | null;
            /** Recipe */
            recipe?: string | null;
            /** Stage */
            stage: string;
        };
        /**
         * DraftInfo
         * @description Unfinished writes to a branch.
         */
        DraftInfo: {
            /** Author */
            author: string;
            /** Branch */
            branch: string;
            /** Changes */
            changes: number;
            /** Created Ms */
            created_ms: number;
            /** Id */
            id: string;
            /** Repo */
            repo: string;
        };
        /** DraftsCommitRequest */
        DraftsCommitRequest: {
            /** Draft */
            draft: string;
            /** If Head */
            if_head?: string | null;
            /** Message */
            message?: string;
        };
        /** DraftsDeleteRequest */
        DraftsDeleteRequest: {
            /** Draft */
            draft: string;
            /** Path */
            path: string;
        };
        /** DraftsDiscardRequest */
        DraftsDiscardRequest: {
            /** Draft */
            draft: string;
        };
        /** DraftsOpenRequest */
        DraftsOpenRequest: {
            /** Branch */
            branch: string;
        };
        /**
         * DueItem
         * @description One thing in labeling that waits for a person: kind is review, escalated or worker.
         */
        DueItem: {
            /** Count */
            count: number;
            /** Facts */
            facts?: {
                [key: string]: unknown;
            };
            /** Kind */
            kind: string;
            /**
             * Of
             * @default 0
             */
            of: number;
            /** Pipeline */
            pipeline: string;
            /**
             * Review
             * @default
             */
            review: string;
            /**
             * Worker
             * @default
             */
            worker: string;
        };
        /**
         * DuplicateGroup
         * @description Items that show nearly the same; the first one stands for them.
         */
        DuplicateGroup: {
            /** Items */
            items: components["schemas"]["ItemInfo"][];
            /** Labels */
            labels: string[];
            /** Splits */
            splits: string[];
        };
        /**
         * DuplicatesInfo
         * @description Groups of near-duplicates: across splits first, then with labels that differ, then the largest.
         */
        DuplicatesInfo: {
            /** Across Splits */
            across_splits: number;
            /** Contradicting */
            contradicting: number;
            /** Groups */
            groups: components["schemas"]["DuplicateGroup"][];
            /** Next */
            next: string | null;
            /** Total */
            total: number;
        };
        /**
         * ErrorBody
         * @description An error as it crosses the door.
         */
        ErrorBody: {
            /** Code */
            code: string;
            /** Facts */
            facts: {
                [key: string]: unknown;
            };
            /** Help */
            help: string;
            /** Message */
            message: string;
        };
        /**
         * ErrorRates
         * @description How often labels are wrong, from decided items of random samples only.
         *
         *     `left_out` counts decisions on other samples (least confident first), which would overstate it. In `workers` the
         *     rate is that of a labeler's own answers. Unequal chances of being drawn are weighed out (`weighted` says so).
         */
        ErrorRates: {
            /** Classes */
            classes: components["schemas"]["GroupRate"][];
            /** Folders */
            folders: components["schemas"]["GroupRate"][];
            /** Left Out */
            left_out: number;
            overall: components["schemas"]["IntervalInfo"];
            /** Reviews */
            reviews: number;
            /** Weighted */
            weighted: boolean;
            /** Workers */
            workers: components["schemas"]["GroupRate"][];
            /** Wrong */
            wrong: number;
        };
        /**
         * EscalatedItem
         * @description An item that the crowd could not decide: how many were unsure or rejected, and all answers.
         */
        EscalatedItem: {
            /** Answers */
            answers: components["schemas"]["GivenAnswer"][];
            /** Rejected */
            rejected: number;
            shown: components["schemas"]["ShownTask"];
            /** Unsure */
            unsure: number;
        };
        /**
         * EstimatedCell
         * @description Dawid–Skene's estimate: the chance that the labeler says `said` where the truth is `true`.
         */
        EstimatedCell: {
            /** Said */
            said: string;
            /** Share */
            share: number;
            /** True */
            true: string;
        };
        /**
         * EventInfo
         * @description One piece of news from the feed.
         */
        EventInfo: {
            /** At Ms */
            at_ms: number;
            /** Change */
            change: string;
            /** Facts */
            facts: {
                [key: string]: unknown;
            };
            /** Kind */
            kind: string;
            /** Position */
            position: number;
        };
        /**
         * ExplainInfo
         * @description What is special about a selection.
         */
        ExplainInfo: {
            errors_inside: components["schemas"]["IntervalInfo"] | null;
            errors_outside: components["schemas"]["IntervalInfo"] | null;
            /** Looked At */
            looked_at: number;
            /** Over */
            over: components["schemas"]["OverInfo"][];
            /** Rest */
            rest: number;
            /** Selected */
            selected: number;
        };
        /**
         * ExportPlan
         * @description How much an export would be.
         */
        ExportPlan: {
            /** Formats */
            formats: string[];
            /** Items */
            items: number;
            /** Media */
            media: number;
            /** Media Bytes */
            media_bytes: number;
        };
        /** FeedbackDeclareRequest */
        FeedbackDeclareRequest: {
            /** Budget */
            budget: number;
            /** Max Rounds */
            max_rounds: number;
            /** Name */
            name: string;
            /** Source */
            source: string;
            /** Target */
            target: string;
            /** Trigger */
            trigger?: string;
        };
        /** FeedbackEndRequest */
        FeedbackEndRequest: {
            /** Name */
            name: string;
        };
        /** FeedbackFireRequest */
        FeedbackFireRequest: {
            /** Message */
            message?: string;
            /** Name */
            name: string;
        };
        /**
         * FeedbackInfo
         * @description A declared edge by which chosen items go back into a source repo.
         */
        FeedbackInfo: {
            /** Budget */
            budget: number;
            /** Id */
            id: string;
            /** Max Rounds */
            max_rounds: number;
            /** Name */
            name: string;
            /** Rounds */
            rounds: number;
            /** Source */
            source: string;
            /** State */
            state: string;
            /** Target */
            target: string;
            /** Trigger */
            trigger: string;
            /** Used */
            used: number;
        };
        /**
         * FewInfo
         * @description How many of something, and a few of them.
         */
        FewInfo: {
            /** Count */
            count: number;
            /** Examples */
            examples: string[];
        };
        /**
         * FileChange
         * @description One path that differs between two commits; `old` or `new` is None when it was added or deleted.
         */
        FileChange: {
            new: components["schemas"]["FileInfo"] | null;
            old: components["schemas"]["FileInfo"] | null;
            /** Path */
            path: string;
        };
        /**
         * FileInfo
         * @description A file, link or (in a one-level list) folder.
         */
        FileInfo: {
            /** Attributes */
            attributes?: {
                [key: string]: string;
            };
            /** Digest */
            digest?: string | null;
            /** Kind */
            kind: string;
            /** Path */
            path: string;
            /** Size */
            size: number;
        };
        /** FilesCopyRequest */
        FilesCopyRequest: {
            /** Message */
            message?: string;
            /** Source */
            source: string;
            /** Target */
            target: string;
        };
        /** FilesDeleteRequest */
        FilesDeleteRequest: {
            /** Message */
            message?: string;
            /** Reference */
            reference: string;
        };
        /** FilesMoveRequest */
        FilesMoveRequest: {
            /** Message */
            message?: string;
            /** Source */
            source: string;
            /** Target */
            target: string;
        };
        /** FilesPutUrlRequest */
        FilesPutUrlRequest: {
            /** Message */
            message?: string;
            /** Private */
            private?: boolean;
            /** Reference */
            reference: string;
            /** Unpack */
            unpack?: boolean;
            /** Url */
            url: string;
        };
        /**
         * Flip
         * @description An item that methods decide differently: method → label.
         */
        Flip: {
            /** Labels */
            labels: {
                [key: string]: string;
            };
            shown: components["schemas"]["ShownTask"];
            /** Votes */
            votes: string[];
        };
        /**
         * FollowInfo
         * @description How a branch follows another of its repo; sizes are bytes, schedules cron fields in UTC.
         */
        FollowInfo: {
            /** Commits */
            commits?: number | null;
            /** Cron */
            cron?: string | null;
            /**
             * Every
             * @default false
             */
            every: boolean;
            /** Rate */
            rate?: string | null;
            /** Size */
            size?: number | null;
            /** Source */
            source: string;
        };
        /**
         * GcRequest
         * @description How long to wait for those who write now, in seconds.
         */
        GcRequest: {
            /** Wait S */
            wait_s?: number;
        };
        /**
         * GetBucketRequest
         * @description What to write to which place in an object store.
         */
        GetBucketRequest: {
            /** Reference */
            reference: string;
            /** Url */
            url: string;
        };
        /**
         * GivenAnswer
         * @description One labeler's answer, the labeler by opaque id. `result` is the Label Studio result list.
         */
        GivenAnswer: {
            /** Answer */
            answer: string;
            /** At Ms */
            at_ms: number;
            /** Imported */
            imported: boolean;
            /** Label */
            label: string | null;
            /** Result */
            result: {
                [key: string]: unknown;
            }[];
            /** Seconds */
            seconds: number;
            /** State */
            state: string;
            /** Unsure */
            unsure: boolean;
            /** Worker */
            worker: string;
        };
        /**
         * GroupChange
         * @description What changed for the items of a class or a slice.
         */
        GroupChange: {
            accuracy: components["schemas"]["ChangeInfo"];
            /** Broken */
            broken: number;
            /** Fixed */
            fixed: number;
            /** N */
            n: number;
            /** Name */
            name: string;
            /** Still Wrong */
            still_wrong: number;
            /** Where */
            where: string;
        };
        /**
         * GroupRate
         * @description The error rate within one class, labeler or folder.
         */
        GroupRate: {
            /** Name */
            name: string;
            rate: components["schemas"]["IntervalInfo"];
            /** Wrong */
            wrong: number;
        };
        /**
         * GuidelinesChange
         * @description What new guidelines do: `breaking` ones ask all `items` again, for `asked` answers or more at a `cost`.
         *
         *     `version` is the one they have from now on (in a dry run: would have).
         */
        GuidelinesChange: {
            /** Asked */
            asked: number;
            /** Breaking */
            breaking: boolean;
            /** Cost */
            cost: number;
            /** Items */
            items: number;
            /** Version */
            version: string;
        };
        /**
         * HeadMove
         * @description One move of a branch head.
         */
        HeadMove: {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Branch */
            branch: string;
            /** Change */
            change: string;
            /** Message */
            message: string;
            /** New */
            new: string | null;
            /** Old */
            old: string | null;
            /** Position */
            position: number;
        };
        /**
         * HistogramInfo
         * @description How a column spreads over n matching items; numbers by `bins`, all else by its commonest `values`.
         */
        HistogramInfo: {
            /** Bins */
            bins: components["schemas"]["BinInfo"][];
            /** Column */
            column: string;
            /** Kind */
            kind: string;
            /** Missing */
            missing: number;
            /** N */
            n: number;
            /** Other */
            other: number;
            /** Values */
            values: components["schemas"]["ValueInfo"][];
        };
        /**
         * ImportReport
         * @description How the rows of a table joined the items. rows = matched + those left out by a problem; none is dropped silently.
         *
         *     `matched` rows are good; of those, `known` are on known answers, `present` were imported before, of
         *     those looked at: all in a dry run, else those of this call
         *     (`otherwise` of them with another answer, which stays). `imported` is what
         *     this call wrote, `next` the row to go on with.
         */
        ImportReport: {
            /** Commit */
            commit: string;
            /** Imported */
            imported: number;
            /** Items */
            items: number;
            /** Items Without */
            items_without: number;
            /** Known */
            known: number;
            /** Labels */
            labels: components["schemas"]["LabelCount"][];
            /** Match */
            match: string;
            /** Matched */
            matched: number;
            /** Next */
            next: number | null;
            /** Otherwise */
            otherwise: number;
            /** Present */
            present: number;
            /** Problems */
            problems: components["schemas"]["RowProblem"][];
            /** Rows */
            rows: number;
            /** Workers */
            workers: number;
        };
        /**
         * ImportUndo
         * @description What taking an import back did, or in a dry run would do.
         *
         *     `answers` go, to `items` items, `unlabeled` of which lose their label: they are asked again, for up to `asked` new
         *     answers at a `cost`. `left` answers of the import are still there: call again until it is 0.
         */
        ImportUndo: {
            /** Answers */
            answers: number;
            /** Asked */
            asked: number;
            /** Cost */
            cost: number;
            /** Id */
            id: string;
            /** Items */
            items: number;
            /** Left */
            left: number;
            /** Table */
            table: string;
            /** Unlabeled */
            unlabeled: number;
        };
        /**
         * InputInfo
         * @description One input of a derivation.
         */
        InputInfo: {
            /** Branch */
            branch: string;
            /** Commit */
            commit: string;
            /** Kind */
            kind: string;
            /** Repo */
            repo: string;
            /** Seal */
            seal: string;
        };
        /**
         * IntervalInfo
         * @description A number on n items, with the ends of its 95 % interval; `value` is None where n is 0.
         */
        IntervalInfo: {
            /** High */
            high: number;
            /** Low */
            low: number;
            /** N */
            n: number;
            /** Value */
            value: number | null;
        };
        /**
         * InviteInfo
         * @description A link by which people make themselves users of one labeling pipeline.
         */
        InviteInfo: {
            /** Created By */
            created_by: string;
            /** Created Ms */
            created_ms: number;
            /** Expires Ms */
            expires_ms: number;
            /** Id */
            id: string;
            /** Max Uses */
            max_uses: number;
            /**
             * Path
             * @default
             */
            path: string;
            /** Pipeline */
            pipeline: string;
            /** Role */
            role: string;
            /** State */
            state: string;
            /** Uses */
            uses: number;
        };
        /**
         * ItemDetail
         * @description An item with all that is known about its label.
         */
        ItemDetail: {
            /** Answers */
            answers: {
                [key: string]: unknown;
            }[];
            /** History */
            history: components["schemas"]["LabelEvent"][];
            item: components["schemas"]["ItemInfo"];
            /**
             * Ruling
             * @default false
             */
            ruling: boolean;
            /** Slices */
            slices: string[];
        };
        /**
         * ItemInfo
         * @description One item. What is not there is None.
         */
        ItemInfo: {
            /** Confidence */
            confidence: number | null;
            /** Correct */
            correct: boolean | null;
            /** Fields */
            fields: {
                [key: string]: unknown;
            };
            /** Given Label */
            given_label: string | null;
            /** Key */
            key: string;
            /** Label */
            label: string | null;
            /** Label Confidence */
            label_confidence: number | null;
            /** Labeled By */
            labeled_by: string;
            /** Mark */
            mark: string | null;
            media: components["schemas"]["MediaInfo"];
            /** Prediction */
            prediction: string | null;
        };
        /**
         * JobInfo
         * @description A pipeline at a change.
         */
        JobInfo: {
            /** Change */
            change: string;
            /** Cpu S */
            cpu_s: number;
            /** Created Ms */
            created_ms: number;
            /** Ended Ms */
            ended_ms: number | null;
            /** Failed */
            failed: number;
            /** Id */
            id: string;
            /** Output */
            output?: string | null;
            /** Pipeline */
            pipeline: string;
            /** Reason */
            reason: string;
            /** Recovered */
            recovered: number;
            /** Reused */
            reused: number;
            /** Run */
            run: number;
            /** Started Ms */
            started_ms: number | null;
            /** State */
            state: string;
            /** Total */
            total: number;
            /** Wall S */
            wall_s: number;
        };
        /** JobsStopRequest */
        JobsStopRequest: {
            /** Job */
            job: string;
        };
        /**
         * JoinInfo
         * @description How uploaded predictions join the items of a dataset; `commit` once they are saved.
         */
        JoinInfo: {
            accuracy: components["schemas"]["IntervalInfo"];
            /** Bad Rows */
            bad_rows: number;
            /** Columns */
            columns: components["schemas"]["UploadColumn"][];
            commit?: components["schemas"]["CommitInfo"] | null;
            contradictory: components["schemas"]["FewInfo"];
            /** Items */
            items: number;
            /** Judged */
            judged: number;
            /** Labeled */
            labeled: number;
            mapping: components["schemas"]["UploadMapping"];
            /** Matched */
            matched: number;
            /** Missing */
            missing: number;
            out_of_range: components["schemas"]["FewInfo"];
            /** Problem */
            problem: string;
            /** Repeated */
            repeated: number;
            /** Rows */
            rows: number;
            /** Unknown Classes */
            unknown_classes: {
                [key: string]: number;
            };
            unmatched_items: components["schemas"]["FewInfo"];
            unmatched_rows: components["schemas"]["FewInfo"];
        };
        /** KeysCreateRequest */
        KeysCreateRequest: {
            /** User */
            user: string;
        };
        /** KeysRevokeRequest */
        KeysRevokeRequest: {
            /** Key Id */
            key_id: string;
        };
        /**
         * KnownCheck
         * @description How a labeling's table of known answers fits: all its rows, those that do, the first of the others in words.
         */
        KnownCheck: {
            /** Fit */
            fit: number;
            /** Problems */
            problems: string[];
            /** Rows */
            rows: number;
        };
        /**
         * LabelCount
         * @description How often a word stands in the table, and the class it is taken as ("" : none).
         */
        LabelCount: {
            /** Count */
            count: number;
            /** Label */
            label: string;
            /** Word */
            word: string;
        };
        /**
         * LabelEvent
         * @description One thing that happened to an item's label; newest first in lists.
         */
        LabelEvent: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Commit */
            commit: string;
            /** Kind */
            kind: string;
            /** Label */
            label: string | null;
            /** Reason */
            reason: string;
        };
        /**
         * LabelInfo
         * @description What holds for one item: consensus or an expert's ruling.
         */
        LabelInfo: {
            /** Answers */
            answers: number;
            /** Confidence */
            confidence: number;
            /** Final */
            final: boolean;
            /** Key */
            key: string;
            /** Label */
            label: unknown;
            /** State */
            state: string;
        };
        /**
         * LabelTrace
         * @description Where one label came from: who answered what, under which guidelines. People by opaque id.
         */
        LabelTrace: {
            /** Answers */
            answers: {
                [key: string]: unknown;
            }[];
            /** Commit */
            commit: string;
            /** Guideline Version */
            guideline_version: string;
            /** Key */
            key: string;
            /** Label */
            label: unknown;
            /** Pipeline */
            pipeline: string;
        };
        /** LabelingBanRequest */
        LabelingBanRequest: {
            /** Pipeline */
            pipeline: string;
            /** Reason */
            reason: string;
            /** Worker */
            worker: string;
        };
        /** LabelingImportAnswersRequest */
        LabelingImportAnswersRequest: {
            /** Answer */
            answer: string;
            /** Dry Run */
            dry_run?: boolean;
            /** Item */
            item: string;
            /** Labels */
            labels?: {
                [key: string]: string;
            } | null;
            /** Match */
            match?: string;
            /** Most */
            most?: number;
            /** Per */
            per?: number;
            /** Pipeline */
            pipeline: string;
            /** Seconds */
            seconds?: string;
            /** Start */
            start?: number;
            /** Table */
            table: string;
            /** Worker */
            worker?: string;
        };
        /**
         * LabelingInfo
         * @description A labeling pipeline and how far it is, from counters.
         */
        LabelingInfo: {
            /** Answers */
            answers: number;
            /** Banned */
            banned: number;
            /**
             * Blocked
             * @default
             */
            blocked: string;
            /** Budget */
            budget: number | null;
            /**
             * Config
             * @default
             */
            config: string;
            /**
             * Currency
             * @default
             */
            currency: string;
            /** Done */
            done: number;
            /** Escalated */
            escalated: number;
            /** Golden */
            golden: number;
            /** Guideline Version */
            guideline_version: string;
            /**
             * Guidelines
             * @default
             */
            guidelines: string;
            /** Ledger Sequence */
            ledger_sequence: number;
            /**
             * Method
             * @default
             */
            method: string;
            /** Open */
            open: number;
            /** Overlap */
            overlap: number;
            /** Pipeline */
            pipeline: string;
            /** Published Sequence */
            published_sequence: number;
            /** Reason */
            reason: string;
            /** Rejected */
            rejected: number;
            /** Spent */
            spent: number;
            /** State */
            state: string;
            /**
             * Taking In
             * @default false
             */
            taking_in: boolean;
            /** Tasks */
            tasks: number;
            /** Withdrawn */
            withdrawn: number;
            /** Workers */
            workers: number;
        };
        /** LabelingPublishRequest */
        LabelingPublishRequest: {
            /** Pipeline */
            pipeline: string;
        };
        /** LabelingReopenRequest */
        LabelingReopenRequest: {
            /** Key */
            key: string;
            /** Pipeline */
            pipeline: string;
            /** Reason */
            reason?: string;
        };
        /** LabelingRuleRequest */
        LabelingRuleRequest: {
            /** Key */
            key: string;
            /** Label */
            label: unknown;
            /** Pipeline */
            pipeline: string;
            /** Reason */
            reason?: string;
        };
        /** LabelingSetGuidelinesRequest */
        LabelingSetGuidelinesRequest: {
            /** Breaking */
            breaking?: boolean;
            /** Dry Run */
            dry_run?: boolean;
            /** Pipeline */
            pipeline: string;
            /** Reask */
            reask?: boolean;
            /** Text */
            text: string;
        };
        /** LabelingUndoImportRequest */
        LabelingUndoImportRequest: {
            /** Dry Run */
            dry_run?: boolean;
            /** Import Id */
            import_id: string;
            /** Most */
            most?: number;
            /** Pipeline */
            pipeline: string;
        };
        /**
         * Lineage
         * @description What a commit (or one file of it) came from, nearest first.
         */
        Lineage: {
            /**
             * Datums
             * @default []
             */
            datums: components["schemas"]["DatumTrace"][];
            /**
             * Labels
             * @default []
             */
            labels: components["schemas"]["LabelTrace"][];
            /** Nodes */
            nodes: components["schemas"]["LineageNode"][];
            /** Of */
            of: string;
        };
        /**
         * LineageNode
         * @description One commit in a lineage graph, with what produced it.
         */
        LineageNode: {
            commit: components["schemas"]["CommitInfo"];
            /** Depth */
            depth: number;
            /**
             * Record Of
             * @default []
             */
            record_of: string[];
        };
        /** MaintenanceAllowRequest */
        MaintenanceAllowRequest: {
            /** Digest */
            digest: string;
        };
        /**
         * MapInfo
         * @description The map of a dataset as columns, one place per point: `keys[i]` lies at `x[i]`, `y[i]` (−1 to 1).
         */
        MapInfo: {
            /** Code */
            code: number[];
            colour: components["schemas"]["ColourInfo"];
            /** Keys */
            keys: string[];
            /** Matching */
            matching: number;
            /** Value */
            value: (number | null)[];
            /** Without */
            without: number;
            /** X */
            x: number[];
            /** Y */
            y: number[];
        };
        /**
         * MediaInfo
         * @description What an item shows: text as it is, else a file to read by `files.read(reference)`.
         */
        MediaInfo: {
            /** Kind */
            kind: string;
            /** Reference */
            reference?: string | null;
            /** Text */
            text?: string | null;
        };
        /**
         * MergeInfo
         * @description What came of a merge, or would.
         */
        MergeInfo: {
            /** Bases */
            bases: string[];
            commit: components["schemas"]["CommitInfo"] | null;
            /** Conflicts */
            conflicts: components["schemas"]["ConflictInfo"][];
            /**
             * Moved
             * @default false
             */
            moved: boolean;
            /** Taken */
            taken: number;
            /** Undecided */
            undecided: number;
        };
        /**
         * MethodComparison
         * @description The same answers aggregated by each method. `alpha` is Krippendorff's, over `alpha_items` items with two or more
         *     answers; `kappa` Fleiss', over the `kappa_items` items with exactly `kappa_answers` answers.
         */
        MethodComparison: {
            /** Alpha */
            alpha: number | null;
            /** Alpha Items */
            alpha_items: number;
            /** Answers */
            answers: number;
            /** Items */
            items: number;
            /** Kappa */
            kappa: number | null;
            /** Kappa Answers */
            kappa_answers: number;
            /** Kappa Items */
            kappa_items: number;
            /** Methods */
            methods: components["schemas"]["MethodScore"][];
            /** Pairs */
            pairs: components["schemas"]["MethodPair"][];
            /** Workers */
            workers: number;
        };
        /**
         * MethodPair
         * @description The share of items on which two methods agree, and Cohen's κ between them (None where undefined).
         */
        MethodPair: {
            /** First */
            first: string;
            /** Kappa */
            kappa: number | null;
            /** N */
            n: number;
            /** Second */
            second: string;
            /** Share */
            share: number;
        };
        /**
         * MethodScore
         * @description How one way of aggregating does: right on known answers (which it is not shown), items decided otherwise.
         */
        MethodScore: {
            /** Current */
            current: boolean;
            /** Differs */
            differs: number;
            known: components["schemas"]["IntervalInfo"];
            /** Method */
            method: string;
            /** Seconds */
            seconds: number;
        };
        /**
         * MetricsInfo
         * @description How good a model's predictions are on the matching items.
         */
        MetricsInfo: {
            accuracy: components["schemas"]["IntervalInfo"];
            /** Below Threshold */
            below_threshold: number;
            /** Cells */
            cells: components["schemas"]["CellInfo"][];
            /** Classes */
            classes: components["schemas"]["ClassMetrics"][];
            coverage: components["schemas"]["IntervalInfo"];
            macro_f1: components["schemas"]["IntervalInfo"];
            macro_precision: components["schemas"]["IntervalInfo"];
            macro_recall: components["schemas"]["IntervalInfo"];
            /** Matching */
            matching: number;
            /** N */
            n: number;
            /** Unlabeled */
            unlabeled: number;
            /** Unpredicted */
            unpredicted: number;
        };
        /**
         * ModelComparison
         * @description Two versions on the items that have a label and a prediction of both.
         */
        ModelComparison: {
            accuracy: components["schemas"]["ChangeInfo"];
            /** Broken */
            broken: number;
            /** Classes */
            classes: components["schemas"]["GroupChange"][];
            /** Dataset */
            dataset: string;
            first: components["schemas"]["ModelVersionInfo"];
            /** Fixed */
            fixed: number;
            /** Grid */
            grid: {
                [key: string]: components["schemas"]["IntervalInfo"];
            };
            macro_f1: components["schemas"]["ChangeInfo"] | null;
            /** Matching */
            matching: number;
            /** N */
            n: number;
            second: components["schemas"]["ModelVersionInfo"];
            /** Slices */
            slices: components["schemas"]["GroupChange"][];
            /** Still Wrong */
            still_wrong: number;
            /** Unlabeled */
            unlabeled: number;
            /** Unpredicted */
            unpredicted: number;
            /** Where */
            where: string;
            /** Why */
            why: components["schemas"]["Reason"][];
        };
        /**
         * ModelInfo
         * @description A model and where it stands.
         */
        ModelInfo: {
            /** Dataset */
            dataset: string;
            /** Definition */
            definition: {
                [key: string]: unknown;
            };
            /** Description */
            description: string;
            /** Follows */
            follows: string;
            /** Head */
            head: string;
            /** Name */
            name: string;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Project */
            project: string;
            promoted: components["schemas"]["PromotionInfo"] | null;
            /** Recent */
            recent: components["schemas"]["ModelVersionInfo"][];
            /** Tests */
            tests: number;
            /** Versions */
            versions: number;
        };
        /**
         * ModelTestInfo
         * @description One test of a model, as it is stored.
         */
        ModelTestInfo: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Definition */
            definition: {
                [key: string]: unknown;
            };
            /** Name */
            name: string;
            /** Required */
            required: boolean;
            /** Words */
            words: string;
        };
        /**
         * ModelVersionInfo
         * @description One version of a model. Its metrics are over the labels that the model's dataset has now.
         */
        ModelVersionInfo: {
            accuracy: components["schemas"]["IntervalInfo"];
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Commit */
            commit: string;
            /** Data */
            data: components["schemas"]["SourceVersion"][];
            macro_f1: components["schemas"]["IntervalInfo"];
            /** Message */
            message: string;
            /** Model */
            model: string;
            /** Number */
            number: number;
            /** Predictions */
            predictions: number;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** Promoted */
            promoted: boolean;
            /** Recipe */
            recipe: string;
        };
        /** ModelsPromoteRequest */
        ModelsPromoteRequest: {
            /** Name */
            name: string;
            /** Reason */
            reason?: string;
            /** Version */
            version: string;
        };
        /** ModelsRegisterRequest */
        ModelsRegisterRequest: {
            /** Definition */
            definition: {
                [key: string]: unknown;
            };
            /** Description */
            description?: string;
            /** Name */
            name: string;
        };
        /** ModelsRemoveTestRequest */
        ModelsRemoveTestRequest: {
            /** Message */
            message?: string;
            /** Name */
            name: string;
            /** Test */
            test: string;
        };
        /** ModelsSetTestRequest */
        ModelsSetTestRequest: {
            /** Definition */
            definition: {
                [key: string]: unknown;
            };
            /** Message */
            message?: string;
            /** Name */
            name: string;
            /** Test */
            test: string;
        };
        /** ModelsTrainRequest */
        ModelsTrainRequest: {
            /** Name */
            name: string;
        };
        /**
         * OutlineRequest
         * @description Which commits, and which of them somebody has.
         */
        OutlineRequest: {
            /** Commits */
            commits: string[];
            /** Have */
            have?: string[];
            /** Repo */
            repo: string;
        };
        /**
         * OverInfo
         * @description A value that is commoner in a selection than in the rest.
         */
        OverInfo: {
            /** Column */
            column: string;
            inside: components["schemas"]["IntervalInfo"];
            /** Lift */
            lift: number;
            outside: components["schemas"]["IntervalInfo"];
            /** P */
            p: number;
            /** Value */
            value: string;
            /** Where */
            where: string;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ActInfo_: {
            /** Items */
            items: components["schemas"]["ActInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_AnnotationInfo_: {
            /** Items */
            items: components["schemas"]["AnnotationInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_AnswerImportInfo_: {
            /** Items */
            items: components["schemas"]["AnswerImportInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_AuditEntry_: {
            /** Items */
            items: components["schemas"]["AuditEntry"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_BranchInfo_: {
            /** Items */
            items: components["schemas"]["BranchInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_CommitInfo_: {
            /** Items */
            items: components["schemas"]["CommitInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ComparedItem_: {
            /** Items */
            items: components["schemas"]["ComparedItem"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ConflictInfo_: {
            /** Items */
            items: components["schemas"]["ConflictInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_CredentialInfo_: {
            /** Items */
            items: components["schemas"]["CredentialInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_DatasetInfo_: {
            /** Items */
            items: components["schemas"]["DatasetInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_DatumInfo_: {
            /** Items */
            items: components["schemas"]["DatumInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_DueItem_: {
            /** Items */
            items: components["schemas"]["DueItem"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_EscalatedItem_: {
            /** Items */
            items: components["schemas"]["EscalatedItem"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_EventInfo_: {
            /** Items */
            items: components["schemas"]["EventInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_FeedbackInfo_: {
            /** Items */
            items: components["schemas"]["FeedbackInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_FileChange_: {
            /** Items */
            items: components["schemas"]["FileChange"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_FileInfo_: {
            /** Items */
            items: components["schemas"]["FileInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_Flip_: {
            /** Items */
            items: components["schemas"]["Flip"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_HeadMove_: {
            /** Items */
            items: components["schemas"]["HeadMove"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_InviteInfo_: {
            /** Items */
            items: components["schemas"]["InviteInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ItemInfo_: {
            /** Items */
            items: components["schemas"]["ItemInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_JobInfo_: {
            /** Items */
            items: components["schemas"]["JobInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_LabelInfo_: {
            /** Items */
            items: components["schemas"]["LabelInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_LabelingInfo_: {
            /** Items */
            items: components["schemas"]["LabelingInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_Mapping_str__Any__: {
            /** Items */
            items: {
                [key: string]: unknown;
            }[];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ModelInfo_: {
            /** Items */
            items: components["schemas"]["ModelInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ModelVersionInfo_: {
            /** Items */
            items: components["schemas"]["ModelVersionInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_PipelineInfo_: {
            /** Items */
            items: components["schemas"]["PipelineInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ProjectInfo_: {
            /** Items */
            items: components["schemas"]["ProjectInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_PromotionInfo_: {
            /** Items */
            items: components["schemas"]["PromotionInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_RepoInfo_: {
            /** Items */
            items: components["schemas"]["RepoInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ReviewInfo_: {
            /** Items */
            items: components["schemas"]["ReviewInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_ReviewItem_: {
            /** Items */
            items: components["schemas"]["ReviewItem"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_S3KeyInfo_: {
            /** Items */
            items: components["schemas"]["S3KeyInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_SliceInfo_: {
            /** Items */
            items: components["schemas"]["SliceInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_SliceItem_: {
            /** Items */
            items: components["schemas"]["SliceItem"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_TagInfo_: {
            /** Items */
            items: components["schemas"]["TagInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_TransactionInfo_: {
            /** Items */
            items: components["schemas"]["TransactionInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_UserInfo_: {
            /** Items */
            items: components["schemas"]["UserInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_VersionChange_: {
            /** Items */
            items: components["schemas"]["VersionChange"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_VersionInfo_: {
            /** Items */
            items: components["schemas"]["VersionInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_WorkerAnswer_: {
            /** Items */
            items: components["schemas"]["WorkerAnswer"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_WorkerInfo_: {
            /** Items */
            items: components["schemas"]["WorkerInfo"][];
            /** Next */
            next?: string | null;
        };
        /**
         * Page
         * @description One page of a list; pass `next` as `after` to read on; None means that this was the last.
         */
        Page_WorkerRow_: {
            /** Items */
            items: components["schemas"]["WorkerRow"][];
            /** Next */
            next?: string | null;
        };
        /**
         * PipelineChange
         * @description How one pipeline of a project branch differs from its origin's.
         */
        PipelineChange: {
            /** Name */
            name: string;
            /** State */
            state: string;
        };
        /**
         * PipelineInfo
         * @description A pipeline and where it stands.
         */
        PipelineInfo: {
            /** Created Ms */
            created_ms: number;
            /** Kind */
            kind: string;
            /** Last Job */
            last_job?: string | null;
            /** Last Job State */
            last_job_state?: string | null;
            /** Name */
            name: string;
            /** Output */
            output: string;
            /** Paused By */
            paused_by?: string | null;
            /** Project */
            project: string;
            /** Recipe */
            recipe: string;
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
            /** State */
            state: string;
            /** Updated Ms */
            updated_ms: number;
            /** Version */
            version: number;
        };
        /** PipelinesCheckRequest */
        PipelinesCheckRequest: {
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
        };
        /** PipelinesCreateRequest */
        PipelinesCreateRequest: {
            /** Code */
            code?: string | null;
            /** Keep Outputs */
            keep_outputs?: boolean;
            /** Reask */
            reask?: boolean;
            /** Spec */
            spec: {
                [key: string]: unknown;
            };
            /** Update */
            update?: boolean;
        };
        /** PipelinesDeleteRequest */
        PipelinesDeleteRequest: {
            /** Force */
            force?: boolean;
            /** Name */
            name: string;
        };
        /** PipelinesPauseRequest */
        PipelinesPauseRequest: {
            /** Name */
            name: string;
        };
        /** PipelinesRerunRequest */
        PipelinesRerunRequest: {
            /** Name */
            name: string;
            /** Reprocess */
            reprocess?: boolean;
        };
        /** PipelinesResumeRequest */
        PipelinesResumeRequest: {
            /** Name */
            name: string;
        };
        /**
         * PracticeAnswer
         * @description An answer to a practice item: a Label Studio result list, and how long it took.
         */
        PracticeAnswer: {
            /** Id */
            id: string;
            /** Result */
            result: {
                [key: string]: unknown;
            }[];
            /** Seconds */
            seconds: number;
        };
        /**
         * PracticeInfo
         * @description Done items of one labeling pipeline, for practice.
         */
        PracticeInfo: {
            /** Config */
            config: string;
            /** Guideline Version */
            guideline_version: string;
            /** Guidelines */
            guidelines: string;
            /** Pipeline */
            pipeline: string;
            /** Tasks */
            tasks: components["schemas"]["PracticeTaskInfo"][];
        };
        /**
         * PracticeOutcome
         * @description One practised item: what the caller said, and what the others held.
         */
        PracticeOutcome: {
            /** Id */
            id: string;
            /** Mine */
            mine: string;
            /** Share */
            share: number;
            /** Theirs */
            theirs: string;
        };
        /**
         * PracticeTaskInfo
         * @description A done item for practice.
         */
        PracticeTaskInfo: {
            /** Data */
            data: {
                [key: string]: unknown;
            };
            /** Id */
            id: string;
            /** Media */
            media: {
                [key: string]: string;
            };
        };
        /**
         * ProjectChanges
         * @description What a project branch has that its origin has not, and the other way round.
         */
        ProjectChanges: {
            /** Answers */
            answers: number;
            /** Branches */
            branches: components["schemas"]["BranchChange"][];
            /** Origin */
            origin: string;
            /** Pipelines */
            pipelines: components["schemas"]["PipelineChange"][];
            /** Project */
            project: string;
        };
        /**
         * ProjectInfo
         * @description A project: the namespace of repos and pipelines.
         */
        ProjectInfo: {
            /**
             * Author
             * @default
             */
            author: string;
            /**
             * Created Ms
             * @default 0
             */
            created_ms: number;
            /** Name */
            name: string;
            /** Origin */
            origin?: string | null;
            /** Pipelines */
            pipelines: number;
            /** Repos */
            repos: number;
        };
        /**
         * ProjectPromotion
         * @description What came of a promotion. While there are conflicts nothing has moved.
         */
        ProjectPromotion: {
            /** Branches */
            branches: string[];
            /** Change */
            change: string | null;
            /** Conflicts */
            conflicts: components["schemas"]["PromotionConflict"][];
            /** Labeling */
            labeling: string[];
            /** Origin */
            origin: string;
            /** Pipelines */
            pipelines: string[];
            /** Project */
            project: string;
            /** Undecided */
            undecided: number;
        };
        /** ProjectsBranchRequest */
        ProjectsBranchRequest: {
            /** Name */
            name: string;
            /** Project */
            project: string;
        };
        /** ProjectsDeleteRequest */
        ProjectsDeleteRequest: {
            /** Name */
            name: string;
        };
        /** ProjectsPromoteRequest */
        ProjectsPromoteRequest: {
            /** Message */
            message?: string;
            /** Name */
            name: string;
            /** Prefer */
            prefer?: string;
        };
        /**
         * PromotionConflict
         * @description What both sides changed: a file (`repo@branch:path`), a branch or a pipeline, by its name in the origin.
         */
        PromotionConflict: {
            /** Kind */
            kind: string;
            /** Place */
            place: string;
        };
        /**
         * PromotionInfo
         * @description One decision about which version is in production.
         */
        PromotionInfo: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Commit */
            commit: string;
            /** Deployed */
            deployed: string;
            /** Deployed Commit */
            deployed_commit: string;
            /** Model */
            model: string;
            /** Number */
            number: number;
            /** Reason */
            reason: string;
            /** Tests */
            tests: {
                [key: string]: unknown;
            }[];
            /** Version */
            version: string;
        };
        /**
         * PurgeRequest
         * @description What to take away for good, and why.
         */
        PurgeRequest: {
            /** Everywhere */
            everywhere?: boolean;
            /** History */
            history?: boolean;
            /** Reason */
            reason: string;
            /** Reference */
            reference: string;
            /** Wait S */
            wait_s?: number;
        };
        /**
         * PutBucketRequest
         * @description From which place in an object store to where.
         */
        PutBucketRequest: {
            /** Message */
            message?: string;
            /** Reference */
            reference: string;
            /** Url */
            url: string;
        };
        /**
         * QueueInfo
         * @description The tasks that a worker holds, the one to do first first.
         */
        QueueInfo: {
            /** State */
            state: string;
            /** Tasks */
            tasks: components["schemas"]["AssignmentInfo"][];
        };
        /**
         * Reason
         * @description One thing that differs, or does not, between what two versions were made from.
         */
        Reason: {
            /** Changed */
            changed: boolean;
            /** Facts */
            facts?: {
                [key: string]: unknown;
            };
            /** First */
            first: string;
            /** Repo */
            repo: string;
            /** Second */
            second: string;
            /** What */
            what: string;
            /** Words */
            words: string;
        };
        /**
         * RecordsRequest
         * @description Which records of that outline: a bit for each, the lowest first.
         */
        RecordsRequest: {
            /** Commits */
            commits: string[];
            /** Have */
            have?: string[];
            /** Repo */
            repo: string;
            /**
             * Wanted
             * Format: base64
             */
            wanted: string;
        };
        /**
         * ReleaseInfo
         * @description Who let go of a commit's data, when and why; its record and lineage stay.
         */
        ReleaseInfo: {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Commit */
            commit: string;
            /** How */
            how: string;
            /** Reason */
            reason: string;
        };
        /**
         * ReleasedRef
         * @description A commit whose data was let go of; its record and seal stay.
         */
        "ReleasedRef-Input": {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Commit */
            commit: string;
            /** How */
            how: string;
            /** Reason */
            reason: string;
        };
        /**
         * ReleasedRef
         * @description A commit whose data was let go of; its record and seal stay.
         */
        "ReleasedRef-Output": {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Commit */
            commit: string;
            /** How */
            how: string;
            /** Reason */
            reason: string;
        };
        /**
         * RepoInfo
         * @description A repo: a namespace of branches of one kind of data.
         */
        RepoInfo: {
            /**
             * Branches
             * @default []
             */
            branches: string[];
            /** Created Ms */
            created_ms: number;
            /** Description */
            description: string;
            /** Held Out */
            held_out: boolean;
            /**
             * Kind
             * @default data
             */
            kind: string;
            /** Name */
            name: string;
            /** Owner */
            owner?: string | null;
            /** Project */
            project: string;
        };
        /**
         * RepoRefs
         * @description What a repo is and what it names.
         */
        "RepoRefs-Input": {
            /** Branches */
            branches: components["schemas"]["BranchRef-Input"][];
            /** Created Ms */
            created_ms: number;
            /** Description */
            description: string;
            /** Held Out */
            held_out: boolean;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /** Name */
            name: string;
            /** Project */
            project: string;
            /** Released */
            released: components["schemas"]["ReleasedRef-Input"][];
            /** Tags */
            tags: components["schemas"]["TagRef-Input"][];
        };
        /**
         * RepoRefs
         * @description What a repo is and what it names.
         */
        "RepoRefs-Output": {
            /** Branches */
            branches: components["schemas"]["BranchRef-Output"][];
            /** Created Ms */
            created_ms: number;
            /** Description */
            description: string;
            /** Held Out */
            held_out: boolean;
            /** Id */
            id: string;
            /** Kind */
            kind: string;
            /** Name */
            name: string;
            /** Project */
            project: string;
            /** Released */
            released: components["schemas"]["ReleasedRef-Output"][];
            /** Tags */
            tags: components["schemas"]["TagRef-Output"][];
        };
        /**
         * RepoUsage
         * @description Bytes of one repo: as its branches show it, as all its kept commits lie on disk, and what is its own of that.
         *
         *     The rest of `stored` is `shared`, other repos need it too: to delete the repo would free `own`.
         */
        RepoUsage: {
            /** Logical */
            logical: number;
            /** Own */
            own: number;
            /** Repo */
            repo: string;
            /** Shared */
            shared: number;
            /** Stored */
            stored: number;
        };
        /** ReposCreateRequest */
        ReposCreateRequest: {
            /** Description */
            description?: string;
            /** Held Out */
            held_out?: boolean;
            /** Name */
            name: string;
        };
        /** ReposDeleteRequest */
        ReposDeleteRequest: {
            /** Force */
            force?: boolean;
            /** Name */
            name: string;
        };
        /** ReposHoldOutRequest */
        ReposHoldOutRequest: {
            /** Held Out */
            held_out?: boolean;
            /** Name */
            name: string;
        };
        /**
         * Restriction
         * @description What was decided about a labeler: rule is golden, fast, skips, person, or lifted (a ban taken back).
         */
        Restriction: {
            /** At Ms */
            at_ms: number;
            /** Reason */
            reason: string;
            /** Rule */
            rule: string;
        };
        /**
         * ReviewInfo
         * @description A sample of settled items for an expert. `by`: random, class, worker or unsure; `counts` tells error rates.
         */
        ReviewInfo: {
            /** Accepted */
            accepted: number;
            /** Author */
            author: string;
            /** By */
            by: string;
            /** Corrected */
            corrected: number;
            /** Counts */
            counts: boolean;
            /** Created Ms */
            created_ms: number;
            /** Decided */
            decided: number;
            /** Id */
            id: string;
            /** Pipeline */
            pipeline: string;
            /** Population */
            population: number;
            /** Rejected */
            rejected: number;
            /** Seed */
            seed: number;
            /** Size */
            size: number;
            /** Skipped */
            skipped: number;
            /** State */
            state: string;
        };
        /**
         * ReviewItem
         * @description One item of a review: what it shows, what held when the sample was drawn, who said what, what was decided.
         */
        ReviewItem: {
            /** Answers */
            answers: components["schemas"]["GivenAnswer"][];
            /**
             * At Ms
             * @default 0
             */
            at_ms: number;
            /**
             * By
             * @default
             */
            by: string;
            /** Confidence */
            confidence: number;
            /** Correction */
            correction?: unknown;
            /** Label */
            label: unknown;
            /** Position */
            position: number;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** Review */
            review: string;
            shown: components["schemas"]["ShownTask"];
            /** Stratum */
            stratum: string;
            /** Verdict */
            verdict: string;
        };
        /** ReviewsDecideRequest */
        ReviewsDecideRequest: {
            /** Label */
            label?: unknown;
            /** Position */
            position: number;
            /** Reason */
            reason?: string;
            /** Review */
            review: string;
            /** Verdict */
            verdict: string;
        };
        /** ReviewsEndRequest */
        ReviewsEndRequest: {
            /** Review */
            review: string;
        };
        /** ReviewsStartRequest */
        ReviewsStartRequest: {
            /** By */
            by?: string;
            /** Pipeline */
            pipeline: string;
            /** Seed */
            seed?: number | null;
            /** Share */
            share?: number;
            /** Size */
            size?: number;
        };
        /** ReviewsUndoRequest */
        ReviewsUndoRequest: {
            /** Review */
            review: string;
        };
        /**
         * RowProblem
         * @description Why rows are left out: how many, and the first of them in words.
         */
        RowProblem: {
            /** Count */
            count: number;
            /** Examples */
            examples: string[];
            /** Kind */
            kind: string;
        };
        /**
         * S3KeyInfo
         * @description An access key of the S3 door; `secret` is shown once.
         */
        S3KeyInfo: {
            /** Created By */
            created_by: string;
            /** Created Ms */
            created_ms: number;
            /** Id */
            id: string;
            /**
             * Secret
             * @default
             */
            secret: string;
            /** User */
            user: string;
        };
        /**
         * SendInfo
         * @description What sending did.
         */
        SendInfo: {
            /** Act */
            act: string | null;
            /** Commit */
            commit: string | null;
            plan: components["schemas"]["SendPlan"];
        };
        /**
         * SendPlan
         * @description What sending would do, and cost at most.
         */
        SendPlan: {
            /** Already */
            already: number;
            /** Answers */
            answers: number[];
            /** Budget Left */
            budget_left: number | null;
            /** Config */
            config: string;
            /** Cost */
            cost: number[];
            /**
             * Currency
             * @default
             */
            currency: string;
            /** Inbox */
            inbox: string;
            /** Items */
            items: number;
            /** Makes Pipeline */
            makes_pipeline: boolean;
            /** New */
            new: number;
            /** Pipeline */
            pipeline: string;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /**
         * ShownTask
         * @description What a task shows: `data` by variable (text, or the address of the bytes), `media` variable → content type.
         */
        ShownTask: {
            /** Data */
            data: {
                [key: string]: unknown;
            };
            /** Key */
            key: string;
            /** Media */
            media: {
                [key: string]: string;
            };
            /** Path */
            path: string;
            /** Task */
            task: string;
        };
        /**
         * SimilarInfo
         * @description Items in the order in which a person should look at them.
         */
        SimilarInfo: {
            /** By */
            by: string;
            /** Candidates */
            candidates: number;
            /** Items */
            items: components["schemas"]["SimilarItem"][];
            precision: components["schemas"]["IntervalInfo"];
            /** Without */
            without: number;
        };
        /**
         * SimilarItem
         * @description An item and how much it is like what was asked for, 0 to 1.
         */
        SimilarItem: {
            item: components["schemas"]["ItemInfo"];
            /** Score */
            score: number;
        };
        /**
         * SliceAct
         * @description What an act on a slice did: `commit` on the dataset's repo (undo it there), None when nothing changed.
         */
        SliceAct: {
            /** Commit */
            commit: string | null;
            /** Count */
            count: number;
            /** Facts */
            facts?: {
                [key: string]: string;
            };
            slice?: components["schemas"]["SliceInfo"] | null;
        };
        /**
         * SliceComment
         * @description What somebody said about a slice, or (with `key`) about one of its items.
         */
        SliceComment: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /**
             * Key
             * @default
             */
            key: string;
            /** Text */
            text: string;
        };
        /**
         * SliceInfo
         * @description A slice as it stands.
         */
        SliceInfo: {
            /** Changed Ms */
            changed_ms: number;
            /** Comments */
            comments: components["schemas"]["SliceComment"][];
            /** Dataset */
            dataset: string;
            /** Items */
            items: number | null;
            /** Live */
            live: boolean;
            /** Made By */
            made_by: string;
            /** Made Ms */
            made_ms: number;
            /** Name */
            name: string;
            /**
             * Next
             * @default []
             */
            next: string[];
            /** Note */
            note: string;
            /** Owner */
            owner: string;
            /** Progress */
            progress: components["schemas"]["SliceProgress"][];
            /** Rounds */
            rounds: components["schemas"]["SliceRound"][];
            /** State */
            state: string;
            /** Statuses */
            statuses: {
                [key: string]: number;
            };
            /** Type */
            type: string;
            /** Where */
            where: string;
        };
        /**
         * SliceItem
         * @description What is noted about one item in a slice.
         */
        SliceItem: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Key */
            key: string;
            /** Status */
            status: string;
        };
        /**
         * SliceProgress
         * @description How far people are with the items of a slice in one labeling pipeline.
         */
        SliceProgress: {
            /** Answered */
            answered: number;
            /** Asked */
            asked: number;
            /** Pipeline */
            pipeline: string;
            /** Settled */
            settled: number;
        };
        /**
         * SliceRound
         * @description One sending of items of the slice to people.
         */
        SliceRound: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Commit */
            commit?: string | null;
            /** Items */
            items: number;
            /** New */
            new: number;
            /** Pipeline */
            pipeline: string;
        };
        /** SlicesCommentRequest */
        SlicesCommentRequest: {
            /** Dataset */
            dataset: string;
            /** Key */
            key?: string;
            /** Name */
            name: string;
            /** Text */
            text: string;
        };
        /** SlicesCreateRequest */
        SlicesCreateRequest: {
            /** Dataset */
            dataset: string;
            /** Expect */
            expect?: number | null;
            /** Keys */
            keys?: string[];
            /** Live */
            live?: boolean;
            /** Model */
            model?: string | null;
            /** Name */
            name: string;
            /** Note */
            note?: string;
            /** Owner */
            owner?: string;
            /** Type */
            type?: string;
            /** Where */
            where?: string;
        };
        /** SlicesDeleteRequest */
        SlicesDeleteRequest: {
            /** Dataset */
            dataset: string;
            /** Name */
            name: string;
        };
        /** SlicesSetItemsRequest */
        SlicesSetItemsRequest: {
            /** Add */
            add?: string[];
            /** Dataset */
            dataset: string;
            /** Keys */
            keys?: string[];
            /** Name */
            name: string;
            /** Remove */
            remove?: string[];
            /** Status */
            status?: string;
        };
        /** SlicesUpdateRequest */
        SlicesUpdateRequest: {
            /** Dataset */
            dataset: string;
            /** Name */
            name: string;
            /** Note */
            note?: string | null;
            /** Owner */
            owner?: string | null;
            /** State */
            state?: string | null;
            /** Type */
            type?: string | null;
            /** Where */
            where?: string | null;
        };
        /**
         * SourceVersion
         * @description One thing that a model's version was made from: a commit of a repo, as its lineage says it.
         */
        SourceVersion: {
            /** At Ms */
            at_ms: number;
            /** Branch */
            branch: string;
            /** Commit */
            commit: string;
            /**
             * Guideline Version
             * @default
             */
            guideline_version: string;
            /** Number */
            number?: number | null;
            /**
             * Recipe
             * @default
             */
            recipe: string;
            /** Repo */
            repo: string;
            /** What */
            what: string;
        };
        /**
         * SpecCheck
         * @description What a spec would do, without doing it.
         */
        SpecCheck: {
            /** Inputs */
            inputs: string[];
            /** Items */
            items?: number | null;
            /** Kind */
            kind: string;
            known?: components["schemas"]["KnownCheck"] | null;
            /** Name */
            name: string;
            /** Output */
            output: string;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /**
         * SpeedPoint
         * @description The median seconds per answer of consecutive answers, at the time of the last of them.
         */
        SpeedPoint: {
            /** Answers */
            answers: number;
            /** At Ms */
            at_ms: number;
            /** Seconds */
            seconds: number;
        };
        /**
         * StandingInfo
         * @description How often somebody agreed with what all others held, with a 95 % interval, and how quick they were.
         */
        StandingInfo: {
            /** Agreed */
            agreed: number;
            /** High */
            high: number;
            /** Low */
            low: number;
            /** Median Seconds */
            median_seconds: number;
            /** N */
            n: number;
            /** Worker */
            worker: string;
        };
        /**
         * StatusInfo
         * @description Whether anything is left to run, and who runs it.
         */
        StatusInfo: {
            /** At Ms */
            at_ms: number;
            /** Coordinator */
            coordinator: string | null;
            /** Position */
            position: number;
            /** Quiet */
            quiet: boolean;
            /** Running */
            running: number;
            /** Taken */
            taken: number;
            /** Waiting */
            waiting: number;
        };
        /**
         * SubmitInfo
         * @description What became of a submitted answer.
         */
        SubmitInfo: {
            /** Assignment */
            assignment: string;
            /**
             * Reason
             * @default
             */
            reason: string;
            /** State */
            state: string;
            /** Worker State */
            worker_state: string;
        };
        /**
         * TagInfo
         * @description A name that a person gave a commit for good.
         */
        TagInfo: {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Commit */
            commit: string;
            /** Message */
            message: string;
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /**
         * TagRef
         * @description A tag as it was made.
         */
        "TagRef-Input": {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Commit */
            commit: string;
            /** Message */
            message: string;
            /** Name */
            name: string;
            /** Seal */
            seal: string;
        };
        /**
         * TagRef
         * @description A tag as it was made.
         */
        "TagRef-Output": {
            /** At Ms */
            at_ms: number;
            /** Author */
            author: string;
            /** Commit */
            commit: string;
            /** Message */
            message: string;
            /** Name */
            name: string;
            /** Seal */
            seal: string;
        };
        /** TagsCreateRequest */
        TagsCreateRequest: {
            /** At */
            at?: string;
            /** Message */
            message?: string;
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /** TagsDeleteRequest */
        TagsDeleteRequest: {
            /** Name */
            name: string;
            /** Repo */
            repo: string;
        };
        /**
         * TakenOver
         * @description What taking a repo over did: how many commits are new, which branches moved, and under which name it is here.
         */
        TakenOver: {
            /** Commits */
            commits: number;
            /** Moved */
            moved?: string[];
            /** Repo */
            repo: string;
            /**
             * Tags
             * @default 0
             */
            tags: number;
        };
        /** TasksCompareRequest */
        TasksCompareRequest: {
            /** Answers */
            answers: components["schemas"]["PracticeAnswer"][];
            /** Pipeline */
            pipeline: string;
        };
        /** TasksNextRequest */
        TasksNextRequest: {
            /** Pipeline */
            pipeline: string;
        };
        /** TasksQueueRequest */
        TasksQueueRequest: {
            /** Limit */
            limit?: number;
            /** Pipeline */
            pipeline: string;
        };
        /** TasksReleaseRequest */
        TasksReleaseRequest: {
            /** Assignment */
            assignment: string;
        };
        /** TasksSkipRequest */
        TasksSkipRequest: {
            /** Assignment */
            assignment: string;
        };
        /** TasksSubmitRequest */
        TasksSubmitRequest: {
            /** Assignment */
            assignment: string;
            /** Held Ms */
            held_ms?: number;
            /** Result */
            result: {
                [key: string]: unknown;
            }[];
            /** Unsure */
            unsure?: boolean;
        };
        /**
         * TestBoard
         * @description Tests × versions, and whether the newest version shown may be promoted.
         */
        TestBoard: {
            /** Needed */
            needed: number;
            /** Passed */
            passed: {
                [key: string]: number;
            };
            /** Results */
            results: components["schemas"]["TestResult"][];
            /** Tests */
            tests: components["schemas"]["ModelTestInfo"][];
            /** Versions */
            versions: components["schemas"]["ModelVersionInfo"][];
        };
        /**
         * TestResult
         * @description What a test says of a version.
         */
        TestResult: {
            /** Clear */
            clear: boolean;
            difference: components["schemas"]["IntervalInfo"] | null;
            /**
             * Problem
             * @default
             */
            problem: string;
            /** State */
            state: string;
            /** Test */
            test: string;
            value: components["schemas"]["IntervalInfo"];
            /** Version */
            version: number;
        };
        /**
         * TokenInfo
         * @description A new credential; `token` is shown once and only its hash is kept.
         */
        TokenInfo: {
            /** Id */
            id: string;
            /** Token */
            token: string;
            /** User */
            user: string;
        };
        /**
         * TrainInfo
         * @description A training that was started: the pipeline, its change, and which data it sees.
         */
        TrainInfo: {
            /** Added */
            added: number;
            /** Change */
            change: string;
            /** Dataset */
            dataset: string;
            /**
             * First
             * @default false
             */
            first: boolean;
            /** Model */
            model: string;
            /** Pipeline */
            pipeline: string;
            /** Relabeled */
            relabeled: number;
            /** Removed */
            removed: number;
            /** Saved */
            saved: boolean;
            /** Version */
            version: number | null;
        };
        /**
         * TransactionInfo
         * @description A transaction that is open; `id` is the change that its commits will be of.
         */
        TransactionInfo: {
            /** Author */
            author: string;
            /** Branches */
            branches: string[];
            /** Edits */
            edits: number;
            /** Id */
            id: string;
            /** Message */
            message: string;
            /** Started Ms */
            started_ms: number;
        };
        /** TransactionsAbortRequest */
        TransactionsAbortRequest: {
            /** Transaction */
            transaction: string;
        };
        /** TransactionsBeginRequest */
        TransactionsBeginRequest: {
            /** Message */
            message?: string;
        };
        /** TransactionsCommitRequest */
        TransactionsCommitRequest: {
            /** Message */
            message?: string;
            /** Transaction */
            transaction: string;
        };
        /** TransfersLackingRequest */
        TransfersLackingRequest: {
            /** Commits */
            commits: string[];
        };
        /** TransfersTakeOverRequest */
        TransfersTakeOverRequest: {
            /** Force */
            force?: boolean;
            /** Name */
            name?: string;
            refs: components["schemas"]["RepoRefs-Input"];
        };
        /**
         * UploadColumn
         * @description A column of an uploaded file, with a few of its values.
         */
        UploadColumn: {
            /** Kind */
            kind: string;
            /** Name */
            name: string;
            /** Values */
            values: string[];
        };
        /**
         * UploadMapping
         * @description Which column is what; `match` is how a key joins an item's: its path, its name, or its name without ending.
         */
        UploadMapping: {
            /** Confidence */
            confidence: string;
            /** Key */
            key: string;
            /** Label */
            label: string;
            /** Match */
            match: string;
            /** Probabilities */
            probabilities: {
                [key: string]: string;
            };
            /** Scale */
            scale: number;
        };
        /**
         * UsageInfo
         * @description Bytes as the user sees them and as they lie on disk.
         */
        UsageInfo: {
            /** Commits */
            commits: number;
            /** Logical */
            logical: number;
            /** Packs */
            packs: number;
            /** Repos */
            repos: number;
            /** Stored */
            stored: number;
        };
        /**
         * UserInfo
         * @description A principal and what it may do.
         */
        UserInfo: {
            /**
             * Created Ms
             * @default 0
             */
            created_ms: number;
            /**
             * Disabled
             * @default false
             */
            disabled: boolean;
            /**
             * Display
             * @default
             */
            display: string;
            /** Invite */
            invite?: string | null;
            /**
             * Labels
             * @default []
             */
            labels: string[];
            /** Name */
            name: string;
            /** Role */
            role: string;
        };
        /**
         * ValueInfo
         * @description How many items have a value.
         */
        ValueInfo: {
            /** Count */
            count: number;
            /** Value */
            value: string;
        };
        /**
         * VerifyRequest
         * @description What to verify.
         */
        VerifyRequest: {
            /** Again */
            again?: boolean;
            /** Against */
            against?: string | null;
        };
        /**
         * VersionChange
         * @description One item that differs between two versions.
         */
        VersionChange: {
            /** Key */
            key: string;
            /** New Label */
            new_label: string | null;
            /** Old Label */
            old_label: string | null;
            /** What */
            what: string;
        };
        /**
         * VersionChanges
         * @description What differs between two versions: how many items in which way, and a page of them by key.
         */
        VersionChanges: {
            /** Added */
            added: number;
            items: components["schemas"]["Page_VersionChange_"];
            new: components["schemas"]["VersionInfo"];
            old: components["schemas"]["VersionInfo"];
            /** Otherwise */
            otherwise: number;
            /** Relabeled */
            relabeled: number;
            /** Removed */
            removed: number;
        };
        /**
         * VersionInfo
         * @description One saved version.
         */
        VersionInfo: {
            /** At Ms */
            at_ms: number;
            /** By */
            by: string;
            /** Changed */
            changed: number;
            /** Commit */
            commit: string;
            /** Items */
            items: number;
            /** Labeled */
            labeled: number;
            /** Message */
            message: string;
            /** Number */
            number: number;
        };
        /**
         * WorkerAnswer
         * @description One answer of a labeler beside what holds; `right` only for known answers.
         */
        WorkerAnswer: {
            /** Agrees */
            agrees: boolean | null;
            given: components["schemas"]["GivenAnswer"];
            /** Golden */
            golden: boolean;
            /** Label */
            label: unknown;
            /** Right */
            right: boolean | null;
            shown: components["schemas"]["ShownTask"];
        };
        /**
         * WorkerDetail
         * @description One labeler from near. `consensus` compares with what holds, `known` with known answers.
         */
        WorkerDetail: {
            /** Classes */
            classes: components["schemas"]["ClassAgreement"][];
            /** Consensus */
            consensus: components["schemas"]["ConfusionCell"][];
            /** Estimated */
            estimated: components["schemas"]["EstimatedCell"][];
            /** Known */
            known: components["schemas"]["ConfusionCell"][];
            /** Labels */
            labels: string[];
            /** Restrictions */
            restrictions: components["schemas"]["Restriction"][];
            row: components["schemas"]["WorkerRow"];
            /** Speed */
            speed: components["schemas"]["SpeedPoint"][];
        };
        /**
         * WorkerInfo
         * @description One person (or simulated person) in one labeling pipeline, under an opaque public id.
         */
        WorkerInfo: {
            /** Answers */
            answers: number;
            /** Earned */
            earned: number;
            /** Golden Right */
            golden_right: number;
            /** Golden Total */
            golden_total: number;
            /** Mean Seconds */
            mean_seconds: number;
            /** Reason */
            reason: string;
            /** Rejected */
            rejected: number;
            /** Skipped */
            skipped: number;
            /** State */
            state: string;
            /** Told Accuracy */
            told_accuracy?: number | null;
            /**
             * Told Answers
             * @default 0
             */
            told_answers: number;
            /** Worker */
            worker: string;
        };
        /**
         * WorkerRow
         * @description One labeler. `known` is the score on known answers; `agreement` how often they say what most of the others to the
         *     same item say (or an expert ruled), their own answer left out; n counts items where the others are of one mind.
         */
        WorkerRow: {
            agreement: components["schemas"]["IntervalInfo"];
            /** Answers */
            answers: number;
            /** Earned */
            earned: number;
            /** Imported */
            imported: boolean;
            known: components["schemas"]["IntervalInfo"];
            /** Known Right */
            known_right: number;
            /** Last Ms */
            last_ms: number;
            /** Median Seconds */
            median_seconds: number;
            /** Reason */
            reason: string;
            /** Rejected */
            rejected: number;
            /** Skipped */
            skipped: number;
            /** State */
            state: string;
            /** Worker */
            worker: string;
        };
        /** WorkersUnbanRequest */
        WorkersUnbanRequest: {
            /** Pipeline */
            pipeline: string;
            /** Reason */
            reason: string;
            /** Worker */
            worker: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "access.change_user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessChangeUserRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.create_token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessCreateTokenRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.create_user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessCreateUserRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessInviteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.list_invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_InviteInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.list_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CredentialInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.list_users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UserInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.remove_user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessRemoveUserRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.revoke_invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessRevokeInviteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "access.revoke_token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessRevokeTokenRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.duplicates": {
        parameters: {
            query: {
                dataset: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DuplicatesInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnalysisExplainRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplainInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.map": {
        parameters: {
            query: {
                dataset: string;
                where?: string;
                model?: string | null;
                at?: string | null;
                colour?: string;
                points?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MapInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.neighbours": {
        parameters: {
            query: {
                dataset: string;
                key: string;
                model?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimilarItem"][];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnalysisSimilarRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimilarInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnalysisStartRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalysisInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.state": {
        parameters: {
            query: {
                dataset: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalysisInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "analysis.stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnalysisStopRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnalysisInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "annotations.find": {
        parameters: {
            query: {
                key: string;
                value?: string | null;
                repo?: string | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnnotationInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "annotations.get": {
        parameters: {
            query: {
                reference: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnnotationInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "annotations.remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnnotationsRemoveRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnnotationInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "annotations.set": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnnotationsSetRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnnotationInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "audit.export": {
        parameters: {
            query?: {
                user?: string;
                operation?: string;
                object?: string;
                outcome?: string;
                since_ms?: number;
                until_ms?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/csv": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "audit.list": {
        parameters: {
            query?: {
                user?: string;
                operation?: string;
                object?: string;
                outcome?: string;
                since_ms?: number;
                until_ms?: number | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditEntry_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesCreateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesDropRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.follow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesFollowRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.get": {
        parameters: {
            query: {
                repo: string;
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.list": {
        parameters: {
            query: {
                repo: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_BranchInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesMoveRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.moves": {
        parameters: {
            query: {
                repo: string;
                name: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_HeadMove_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.protect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesProtectRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.unfollow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesUnfollowRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "branches.unprotect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BranchesUnprotectRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BranchInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.conflicts": {
        parameters: {
            query: {
                source: string;
                into: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ConflictInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.diff": {
        parameters: {
            query: {
                old?: string | null;
                new: string;
                path?: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_FileChange_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.diff_content": {
        parameters: {
            query: {
                old?: string | null;
                new: string;
                path?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContentDiffInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.forget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommitsForgetRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReleaseInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.get": {
        parameters: {
            query: {
                reference: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.log": {
        parameters: {
            query: {
                reference: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CommitInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommitsMergeRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MergeInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "commits.revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommitsRevertRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.acts": {
        parameters: {
            query: {
                name: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ActInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.columns": {
        parameters: {
            query: {
                name: string;
                model?: string | null;
                at?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ColumnInfo"][];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.count": {
        parameters: {
            query: {
                reference: string;
                where?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.count_items": {
        parameters: {
            query: {
                name: string;
                where?: string;
                model?: string | null;
                at?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.define": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsDefineRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatasetInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.export": {
        parameters: {
            query: {
                name: string;
                format?: string;
                where?: string;
                model?: string | null;
                at?: string | null;
                media?: boolean;
                spreadsheet_safe?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/zip": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.fix": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsFixRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.get": {
        parameters: {
            query: {
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DatasetInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.guess": {
        parameters: {
            query: {
                reference: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.histograms": {
        parameters: {
            query: {
                name: string;
                columns: string[];
                where?: string;
                model?: string | null;
                at?: string | null;
                bins?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistogramInfo"][];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.item": {
        parameters: {
            query: {
                name: string;
                key: string;
                model?: string | null;
                at?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ItemDetail"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.items": {
        parameters: {
            query: {
                name: string;
                where?: string;
                model?: string | null;
                at?: string | null;
                sort?: string;
                descending?: boolean;
                after?: string | null;
                skip?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ItemInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.list": {
        parameters: {
            query?: {
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DatasetInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.mark": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsMarkRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.metrics": {
        parameters: {
            query: {
                name: string;
                model: string;
                where?: string;
                at?: string | null;
                threshold?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.plan_export": {
        parameters: {
            query: {
                name: string;
                where?: string;
                model?: string | null;
                at?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExportPlan"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.plan_send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsPlanSendRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendPlan"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.rows": {
        parameters: {
            query: {
                reference: string;
                where?: string;
                columns?: string[];
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Mapping_str__Any__"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.save_version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsSaveVersionRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsSendRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.thumbnail": {
        parameters: {
            query: {
                name: string;
                key: string;
                size?: number;
                at?: string | null;
                version?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "image/png": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DatasetsUndoRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.values": {
        parameters: {
            query: {
                name: string;
                column: string;
                prefix?: string;
                where?: string;
                model?: string | null;
                at?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValueInfo"][];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.version_changes": {
        parameters: {
            query: {
                name: string;
                old: string;
                new: string;
                what?: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionChanges"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "datasets.versions": {
        parameters: {
            query: {
                name: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_VersionInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "drafts.commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftsCommitRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "drafts.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftsDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "drafts.discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftsDiscardRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "drafts.get": {
        parameters: {
            query: {
                draft: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "drafts.open": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftsOpenRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "drafts.put": {
        parameters: {
            query: {
                draft: string;
                path: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "feedback.declare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackDeclareRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "feedback.end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackEndRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "feedback.fire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackFireRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"] | null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "feedback.get": {
        parameters: {
            query: {
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "feedback.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_FeedbackInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.append": {
        parameters: {
            query: {
                reference: string;
                message?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.archive": {
        parameters: {
            query: {
                reference: string;
                format?: "tar" | "tgz" | "tzst" | "zip";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-tar": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilesCopyRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilesDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.get_bucket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GetBucketRequest"];
            };
        };
        responses: {
            /** @description Lines of JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-ndjson": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.list": {
        parameters: {
            query: {
                reference: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_FileInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilesMoveRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.put": {
        parameters: {
            query: {
                reference: string;
                message?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.put_archive": {
        parameters: {
            query: {
                reference: string;
                message?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.put_bucket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutBucketRequest"];
            };
        };
        responses: {
            /** @description Lines of JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-ndjson": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.put_many": {
        parameters: {
            query: {
                branch: string;
                message?: string;
                if_head?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-tar": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.put_url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilesPutUrlRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.read": {
        parameters: {
            query: {
                reference: string;
                start?: number;
                stop?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.stat": {
        parameters: {
            query: {
                reference: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.thumbnail": {
        parameters: {
            query: {
                reference: string;
                size?: number;
                version?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "image/png": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "files.walk": {
        parameters: {
            query: {
                reference: string;
                glob?: string | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_FileInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "jobs.datums": {
        parameters: {
            query: {
                job: string;
                state?: string | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DatumInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "jobs.get": {
        parameters: {
            query: {
                job: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "jobs.list": {
        parameters: {
            query?: {
                pipeline?: string | null;
                change?: string | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_JobInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "jobs.logs": {
        parameters: {
            query: {
                job: string;
                datum?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "text/plain": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "jobs.stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JobsStopRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "jobs.wait": {
        parameters: {
            query: {
                what: string;
                timeout_s?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The jobs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobInfo"][];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "keys.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeysCreateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["S3KeyInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "keys.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_S3KeyInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "keys.revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeysRevokeRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.ban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingBanRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.escalated": {
        parameters: {
            query: {
                pipeline: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_EscalatedItem_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.get": {
        parameters: {
            query: {
                pipeline: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelingInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.import_answers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingImportAnswersRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportReport"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.imports": {
        parameters: {
            query: {
                pipeline: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnswerImportInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.labels": {
        parameters: {
            query: {
                pipeline: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_LabelInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_LabelingInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.media": {
        parameters: {
            query: {
                pipeline: string;
                task: string;
                variable: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingPublishRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"] | null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingReopenRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.rule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingRuleRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.set_guidelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingSetGuidelinesRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GuidelinesChange"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.undo_import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LabelingUndoImportRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportUndo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "labeling.workers": {
        parameters: {
            query: {
                pipeline: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_WorkerInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "lineage.descendants": {
        parameters: {
            query: {
                reference: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lineage"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "lineage.of": {
        parameters: {
            query: {
                reference: string;
                depth?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lineage"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.allow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaintenanceAllowRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BackupRequest"];
            };
        };
        responses: {
            /** @description Lines of JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-ndjson": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.events": {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_EventInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.gc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GcRequest"];
            };
        };
        responses: {
            /** @description Lines of JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-ndjson": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PurgeRequest"];
            };
        };
        responses: {
            /** @description Lines of JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-ndjson": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.repo_usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoUsage"][];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "maintenance.verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyRequest"];
            };
        };
        responses: {
            /** @description Lines of JSON. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/x-ndjson": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.board": {
        parameters: {
            query: {
                name: string;
                version?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestBoard"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.compare": {
        parameters: {
            query: {
                first: string;
                second: string;
                dataset?: string;
                where?: string;
                at?: string | null;
                second_at?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelComparison"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.compared": {
        parameters: {
            query: {
                first: string;
                second: string;
                outcome: string;
                dataset?: string;
                where?: string;
                at?: string | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ComparedItem_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.get": {
        parameters: {
            query: {
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.list": {
        parameters: {
            query?: {
                after?: string | null;
                limit?: number;
                recent?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ModelInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelsPromoteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PromotionInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.promotions": {
        parameters: {
            query: {
                name: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PromotionInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelsRegisterRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.remove_test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelsRemoveTestRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.set_test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelsSetTestRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.train": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ModelsTrainRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.upload": {
        parameters: {
            query: {
                name: string;
                file?: string;
                reference?: string;
                mapping?: string;
                save?: boolean;
                drop_bad?: boolean;
                message?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JoinInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "models.versions": {
        parameters: {
            query: {
                name: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ModelVersionInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelinesCheckRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpecCheck"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelinesCreateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelinesDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.get": {
        parameters: {
            query: {
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.list": {
        parameters: {
            query?: {
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PipelineInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelinesPauseRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.rerun": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelinesRerunRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "pipelines.resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelinesResumeRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "projects.branch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectsBranchRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "projects.changes": {
        parameters: {
            query: {
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectChanges"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "projects.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectsDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "projects.list": {
        parameters: {
            query?: {
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ProjectInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "projects.promote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectsPromoteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectPromotion"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "repos.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReposCreateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "repos.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReposDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "repos.get": {
        parameters: {
            query: {
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "repos.hold_out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReposHoldOutRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "repos.list": {
        parameters: {
            query?: {
                kind?: string | null;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RepoInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewsDecideRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewItem"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.due": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_DueItem_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewsEndRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.get": {
        parameters: {
            query: {
                review: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.items": {
        parameters: {
            query: {
                review: string;
                todo?: boolean;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ReviewItem_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.list": {
        parameters: {
            query: {
                pipeline: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ReviewInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.rates": {
        parameters: {
            query: {
                pipeline: string;
                review?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorRates"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewsStartRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "reviews.undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewsUndoRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewItem"] | null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.comment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlicesCommentRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SliceAct"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlicesCreateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SliceAct"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlicesDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SliceAct"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.get": {
        parameters: {
            query: {
                dataset: string;
                name: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SliceInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.items": {
        parameters: {
            query: {
                dataset: string;
                name: string;
                keys?: string[];
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SliceItem_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.list": {
        parameters: {
            query: {
                dataset: string;
                state?: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SliceInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.set_items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlicesSetItemsRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SliceAct"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "slices.update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SlicesUpdateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SliceAct"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tags.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagsCreateRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tags.delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagsDeleteRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tags.list": {
        parameters: {
            query: {
                repo: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_TagInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksCompareRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ComparisonInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.me": {
        parameters: {
            query: {
                pipeline: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.media": {
        parameters: {
            query: {
                assignment: string;
                variable: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksNextRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssignmentInfo"] | null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.practice": {
        parameters: {
            query: {
                pipeline: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PracticeInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksQueueRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueueInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksReleaseRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksSkipRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "tasks.submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TasksSubmitRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SubmitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionsAbortRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": null;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.append": {
        parameters: {
            query: {
                transaction: string;
                reference: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionsBeginRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransactionsCommitRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_CommitInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.get": {
        parameters: {
            query: {
                transaction: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_TransactionInfo_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transactions.put_many": {
        parameters: {
            query: {
                transaction: string;
                branch: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-tar": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.lacking": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransfersLackingRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.missing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.outline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OutlineRequest"];
            };
        };
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.put_records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description How many. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordsRequest"];
            };
        };
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.refs": {
        parameters: {
            query: {
                repo: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoRefs-Output"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "transfers.take_over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransfersTakeOverRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TakenOver"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "uploads.commit": {
        parameters: {
            query: {
                branch: string;
                message?: string;
                if_head?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommitInfo"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "uploads.lacking": {
        parameters: {
            query: {
                branch: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description The bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                    "application/octet-stream": unknown;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "uploads.put": {
        parameters: {
            query: {
                branch: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description How many. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": number;
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "workers.answers": {
        parameters: {
            query: {
                pipeline: string;
                worker: string;
                only?: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_WorkerAnswer_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "workers.compare": {
        parameters: {
            query: {
                pipeline: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MethodComparison"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "workers.flips": {
        parameters: {
            query: {
                pipeline: string;
                method?: string;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Flip_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "workers.get": {
        parameters: {
            query: {
                pipeline: string;
                worker: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerDetail"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "workers.list": {
        parameters: {
            query: {
                pipeline: string;
                sort?: string;
                descending?: boolean;
                after?: string | null;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_WorkerRow_"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    "workers.unban": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkersUnbanRequest"];
            };
        };
        responses: {
            /** @description The result. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerRow"];
                };
            };
            /** @description What went wrong, and what helps. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
}
