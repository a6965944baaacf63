import type { Stop } from '../../machine/machine';

/** Looks at the machine in passing and writes down what it sees: a log point of our own, at which the machine runs on at once. */
export interface Recorder {
  /** Brings its breakpoints in line; called on a stopped machine, before it runs on. */
  sync(): Promise<void>;
  /** Looks at a stop that one of its breakpoints caused; false: none did. */
  look(stop: Stop): Promise<boolean>;
  /** The machine was reset. */
  reset?(): void;
  dispose?(): void;
}
