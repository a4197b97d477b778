/** The worker that js/begin.js started, until somebody takes it. */
declare var begun: Worker | null;
