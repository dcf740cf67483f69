/** Messages that come at any time and are taken out one after another. */
export interface Inbox<T> {
  readonly put: (message: T) => void;
  /** The next message, as soon as there is one. */
  readonly take: () => Promise<T>;
}

export function createInbox<T>(): Inbox<T> {
  const messages: T[] = [];
  let wake: (() => void) | undefined;
  return {
    put: (message) => {
      messages.push(message);
      wake?.();
    },
    take: async () => {
      for (;;) {
        const message = messages.shift();
        if (message !== undefined) return message;
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
    },
  };
}
