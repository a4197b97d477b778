/** What web/offline.py puts in front of these files. */
declare const BUILD: {
  /** From the worker's own folder to the site's. */
  site: string;
  /** Files of a first load, and all others: their hashes, as a request's `integrity` has them. */
  first: Record<string, string>;
  later: Record<string, string>;
};
