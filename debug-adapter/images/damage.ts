import { BootscopeError, failure } from '../errors/catalogue';
import { imageErrors } from '../errors/images';

/** Faults that are kept; a damaged file may have thousands, and the first ones tell. */
const mostKept = 100;
/** Addresses that are remembered: a stack asks of some dozens. */
const mostPlaces = 10_000;

/** A fault of a file that carries code or debug information. */
const isFault = (error: unknown): error is BootscopeError => error instanceof BootscopeError && /^BS2\d\d$/.test(error.code);

/** Where something is read, for a read that leaves its bytes without saying so. */
export interface Place {
  readonly file: string;
  readonly section: string;
  /** In the section. */
  readonly offset: number;
}

/**
 * What of one image's files could not be read and was passed over, and files found beside it that were left alone: for whoever
 * tells the user. A query that looks at many parts of a file notes a damaged one here and goes on with the others.
 */
export class Damage {
  private readonly kept = new Map<string, BootscopeError>();
  private readonly places = new Map<bigint, BootscopeError>();
  private readonly listeners = new Set<(fault: BootscopeError) => void>();

  /** Each fault once, as errors BS2xx, in the order in which they were met. */
  get found(): readonly BootscopeError[] {
    return [...this.kept.values()];
  }

  note(fault: BootscopeError): void {
    if (this.kept.has(fault.message) || this.kept.size >= mostKept) return;
    this.kept.set(fault.message, fault);
    for (const listener of this.listeners) listener(fault);
  }

  /** What `read` gives; where the file is damaged that is noted, and `otherwise` stands for it. Other errors are thrown on. */
  tolerate<T, O>(read: () => T, otherwise: O, place?: Place): T | O {
    try {
      return read();
    } catch (error) {
      this.met(error, place);
      return otherwise;
    }
  }

  /** Notes a fault that a question about a linked address met; `at` tells of it. */
  noteAt(address: bigint, fault: BootscopeError): void {
    this.note(fault);
    if (this.places.size >= mostPlaces) this.places.clear();
    this.places.set(address, fault);
  }

  /** Notes what a read has thrown where the file is damaged, and gives it; throws any other error on. */
  met(error: unknown, place?: Place): BootscopeError {
    const fault = asFault(error, place);
    if (!fault) throw error;
    this.note(fault);
    return fault;
  }

  /** The fault that a look at this linked address has met; undefined where none did. */
  at(address: bigint): BootscopeError | undefined {
    return this.places.get(address);
  }

  /** As `tolerate`, for a question about a linked address: `at` tells of it. */
  tolerateAt<T, O>(address: bigint, read: () => T, otherwise: O, place?: Place): T | O {
    try {
      return read();
    } catch (error) {
      this.noteAt(address, this.met(error, place));
      return otherwise;
    }
  }

  /** Calls `listener` with each fault noted from now on. Returns the way to stop. */
  onNoted(listener: (fault: BootscopeError) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Notes a file that was found beside an image and is not used for it, with the error why. Throws what is no fault of the file. */
export const leftAlone = (damage: Damage, file: string, beside: string, why: unknown): void => {
  if (!(why instanceof BootscopeError)) throw why;
  damage.note(failure(imageErrors.leftAlone, { file, beside, reason: why.what.replace(/\.$/, '') }, { cause: why }));
};

/** An error as a fault of a file; undefined where it is none. A read that leaves its section's buffer comes out as a RangeError. */
export const asFault = (error: unknown, place?: Place): BootscopeError | undefined => {
  if (isFault(error)) return error;
  if (!(error instanceof RangeError) || !place) return undefined;
  return failure(imageErrors.damagedSection, { file: place.file, section: place.section, offset: `0x${place.offset.toString(16)}`, reason: error.message }, { cause: error });
};
