/** What the site's modules find in a browser as soon as they are loaded, for Node.js, where it may be missing. */
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-US"] }, configurable: true });
