/** What web/offline.py puts in front of these files. */
declare const BUILD: {
  /** From the worker's own folder to the site's. */
  site: string;
  /** Headers of what is isolated from other origins, and the folder of what is not. */
  isolation: Record<string, string>;
  notIsolated: string;
  /** Files that are kept in advance, and all others: their hashes, as a request's `integrity` has them. */
  first: Record<string, string>;
  later: Record<string, string>;
};
