import type { Image } from '../images/image';
import type { Core } from './core';
import { coded } from './errors';

/** Why loading was ended before its time; nobody needs to be told. */
class Cancelled extends Error {}

/**
 * Symbols of big images on their way: a worker reads them, with progress that the user can cancel, while the session goes
 * on. After a failure or a cancel they are read where they are needed, by whoever needs them.
 */
export class SymbolLoading {
  readonly #pending = new Map<Image, Promise<void>>();
  readonly #abort = new AbortController();
  readonly #core: Core;
  #toldNotKept = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Starts reading an image whose look-ups would otherwise hold the session up. */
  start(image: Image): void {
    const { index } = image.debugInfo;
    if (!index || index.quick || this.#pending.has(image)) return;
    const abort = new AbortController();
    const signal = AbortSignal.any([this.#abort.signal, abort.signal]);
    const cancel = (): void => {
      abort.abort(new Cancelled(`reading the symbols of ${image.path} was cancelled`));
    };
    const loaded = this.#core
      .withProgress(`Reading the symbols of ${image.path}`, (tell) => {
          const progress = (done: number): void => {
            tell(undefined, done * 100);
          };
          progress(0);
          return index.load({ signal, progress, notKept: (why) => { this.#notKept(why); } });
        }, { cancel })
      .then(
        () => undefined,
        (error: unknown) => {
          if (this.#abort.signal.aborted) return;
          if (error instanceof Cancelled) this.#core.output(`Reading the symbols of ${image.path} was cancelled: they are read when they are needed.\n`);
          else this.#core.output(`${coded(error).message}\n`, 'important');
        },
      )
      .finally(() => this.#pending.delete(image));
    this.#pending.set(image, loaded);
  }

  /** Every image of a session meets the same; it is told once. */
  #notKept({ message }: Error): void {
    if (this.#toldNotKept) return;
    this.#toldNotKept = true;
    this.#core.output(`${message}\n`);
  }

  /** Fulfilled once an image's symbols are at hand or given up; undefined where nothing is on its way. */
  of(image: Image): Promise<void> | undefined {
    return this.#pending.get(image);
  }

  /** The same for all images. */
  get settled(): Promise<void> | undefined {
    return this.#pending.size === 0 ? undefined : Promise.all(this.#pending.values()).then(() => undefined);
  }

  /** Ends what is still being read. */
  dispose(): void {
    this.#abort.abort(new Cancelled('the session is over'));
  }
}
