// What only workers have, and TypeScript's library of the page does not know.
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}
