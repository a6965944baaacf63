/**
 * Unit files of Redox's init (TOML): redox-os/base and Red Bear OS, init/src/{unit,service,scheduler,script}.rs.
 * Every table refuses unknown keys.
 */

export type UnitValue = 'string' | 'boolean' | 'integer' | 'strings' | 'string-table' | 'unit-ids' | 'service-type' | 'restart';

export interface UnitKey {
  readonly name: string;
  readonly value: UnitValue;
  readonly required?: boolean;
  readonly default?: string;
  readonly what: string;
  /** Only init of this system knows it; others refuse the unit. */
  readonly only?: string;
}

export const unitTable: readonly UnitKey[] = [
  { name: 'description', value: 'string', what: 'Shown when INIT_LOG_LEVEL is DEBUG or TRACE' },
  { name: 'default_dependencies', value: 'boolean', default: 'true', what: 'Depend weakly on 00_runtime.target. Units that are part of that target say false' },
  { name: 'requires_weak', value: 'unit-ids', default: '[]', what: 'Units that are loaded and started too; this one waits while they are pending. One that is missing or fails only gives a message' },
  { name: 'condition_architecture', value: 'strings', what: 'Start only on these architectures (x86_64, x86, aarch64, riscv64); skipped silently elsewhere' },
  { name: 'condition_board', value: 'strings', what: 'Start only on these boards, as init was built for' },
  { name: 'restart', value: 'restart', default: '"no"', what: 'Whether a service that ended is started again, after 1 s doubling up to 60 s', only: 'Red Bear OS' },
  { name: 'dependency_timeout_secs', value: 'integer', default: '0', what: 'Seconds to wait for dependencies; 0: 1000 tries', only: 'Red Bear OS' },
];

export const serviceTable: readonly UnitKey[] = [
  { name: 'cmd', value: 'string', required: true, what: 'Program, looked up in PATH' },
  { name: 'args', value: 'strings', default: '[]', what: 'Arguments. One that begins with $ is replaced as a whole by that variable of init (upstream; Red Bear hands it over as it is)' },
  { name: 'envs', value: 'string-table', what: 'Further environment variables' },
  { name: 'inherit_envs', value: 'strings', default: '[]', what: 'Variables taken over from init; all others are cleared, then PATH, LD_LIBRARY_PATH, RUST_BACKTRACE and environment.d are set' },
  { name: 'type', value: 'service-type', required: true, what: '"notify": wait until it says it is ready · { scheme = "name" }: wait for its scheme · "oneshot": wait until it has ended · "oneshot_async": do not wait. One that never answers stops the boot silently' },
  { name: 'respawn', value: 'boolean', default: 'false', what: 'Start the service again when it has ended', only: 'Red Bear OS' },
];

export const tables: Readonly<Record<string, readonly UnitKey[]>> = { unit: unitTable, service: serviceTable };

export const serviceTypes: readonly (readonly [name: string, what: string])[] = [
  ['notify', 'Wait for one byte on the descriptor $INIT_NOTIFY'],
  ['oneshot', 'Wait until it has ended'],
  ['oneshot_async', 'Do not wait'],
];
export const restartPolicies = ['no', 'on-failure', 'always'] as const;
export const architectures = ['x86_64', 'x86', 'aarch64', 'riscv64'] as const;

/** Words with a meaning in line scripts (init/src/script.rs); every other line is a command that is run and waited for. */
export const scriptWords: readonly (readonly [name: string, what: string])[] = [
  ['requires_weak', 'Units that are started first'],
  ['nowait', 'Run the command without waiting for its end'],
  ['notify', 'Run the command and wait until it says it is ready'],
  ['scheme', 'Run the command and wait for its scheme'],
  ['echo', 'Print the rest of the line'],
  ['export', 'Set a variable (init.rc)'],
  ['unset', 'Remove variables (init.rc)'],
  ['run', 'Run another script (init.rc)'],
  ['run.d', 'Run all scripts of folders, sorted; later folders replace files of earlier ones (init.rc)'],
  ['cd', 'Change the working directory (init.rc)'],
  ['stdio', 'Send output there (init.rc)'],
  ['set-default-scheme', 'Scheme of paths without one (init.rc)'],
];
