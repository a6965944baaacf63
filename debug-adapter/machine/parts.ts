import type { QmpClient } from '../wire/qmp/client';
import type { OutputBranch } from '../wire/serial/branch';
import type { Machine, SerialPort } from './machine';
import type { MemoryFile } from './memory-file';
import type { ResetLog } from './reset-log';
import type { Stub } from './stub';
import type { SupervisedProcess } from './supervisor';

/** What a machine is put together from: the open wires to one QEMU, and its process where it is ours. */
export interface MachineParts {
  readonly stub: Stub;
  readonly accelerator: Machine['accelerator'];
  readonly qmp?: QmpClient;
  readonly serial: readonly (SerialPort & { readonly branch: OutputBranch; close(): void })[];
  /** Where QEMU logs resets of its processors. */
  readonly resetLog?: ResetLog;
  /** The QEMU we started. */
  readonly process?: SupervisedProcess;
  readonly memoryFile?: MemoryFile;
  /** The guest's clock does not count instructions, so that the effect of one may be written in place of executing it. */
  readonly emulates?: boolean;
}
