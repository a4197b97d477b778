/**
 * Do something unless another tab does it just now.
 *
 * @param {string} name of the lock
 * @param {() => Promise<void>} work
 */
export async function alone(name, work) {
  if (!navigator.locks) await work();
  else await navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && work());
}

/**
 * Hold a lock as long as this worker lives: when it is free, who watches it knows that the worker is gone, whatever ended it.
 *
 * @param {string} name
 * @returns {Promise<void>}
 */
export function hold(name) {
  return new Promise((resolve) => {
    if (!navigator.locks)
      resolve(); // only there on https and on localhost
    else
      navigator.locks.request(name, () => {
        resolve();
        return new Promise(() => {});
      });
  });
}
