/** Serial lines, the terminal of a command, and the wires to QEMU. */

export interface SerialArguments {
  port?: number;
  /** Byte offset, counted from the first byte ever received. */
  from?: number;
  send?: string;
}
export interface SerialAnswer {
  text: string;
  next: number;
}
/** Beside DAP's members in the body of `stopped`, as `said`: the line of a serial port for which an exception filter stopped; more may have been said since. */
export interface SaidLine {
  port: number;
  /** Without terminal control; what there was of it when it was recognised. */
  line: string;
}
/** Body of the event `bootscope/serial`. */
export interface SerialEventBody {
  port: number;
  text: string;
  atMs: number;
  /** Byte offsets of this piece, counted as in the request `bootscope/serial`: a face that fetched a backlog knows what it has. */
  from?: number;
  next?: number;
}

export interface TraceArguments {
  /** Wires to QEMU whose messages are told from now on by the event `bootscope/trace`; none: no more. */
  wires: ('rsp' | 'qmp')[];
}
/** Body of the event `bootscope/trace`: one message, cut where it is long. */
export interface TraceEventBody {
  wire: 'rsp' | 'qmp';
  to: 'qemu' | 'bootscope';
  text: string;
  /** Messages that were left out before this one, as there were too many at once. */
  dropped?: number;
}

/**
 * Event `bootscope/terminal`, for a face that set `__terminal`: what it is to do with the terminal of the user's command. `start` once; then
 * `end` (the command with all that it started) or `leave` (it runs on without the session).
 */
export type TerminalEventBody = { do: 'start'; command: string[]; cwd: string; env: Record<string, string> } | { do: 'end' } | { do: 'leave' };
/** Told once by such a face: the command is no more, or never was. */
export interface TerminalEndedArguments {
  /** `exit code 2`, `SIGKILL`. */
  status: string;
  /** It ended with exit code 0: what it started may live on. */
  success?: boolean;
  /** The end of what it said, without escape sequences. */
  lastWords?: string;
  /** The user ended it: by a key, or by closing the terminal. */
  byUser?: boolean;
  /** Why it could not be started at all. */
  refused?: string;
}
