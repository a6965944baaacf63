/** Listeners by event; one that throws does not keep the others from hearing. */
export class Emitter<Events> {
  private readonly listeners = new Map<keyof Events, Set<(argument: never) => void>>();

  on<E extends keyof Events>(event: E, listener: (argument: Events[E]) => void): () => void {
    let set = this.listeners.get(event);
    if (set === undefined) this.listeners.set(event, (set = new Set()));
    set.add(listener);
    return () => set.delete(listener);
  }

  has(event: keyof Events): boolean {
    return (this.listeners.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof Events>(event: E, argument: Events[E]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      try {
        (listener as (argument: Events[E]) => void)(argument);
      } catch (error) {
        // Reported by Node as uncaught, in its own turn: the machine's state must not depend on a listener.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
