/**
 * Keys of launchd's jobs, launchd.plist(5), as far as they decide when a job runs, which root and folders it sees and what it waits
 * for. Facts on NextBSD are of nextbsd: src/launchd/src/core.c (job_import_*, semaphoreitem_setup, job_start_child).
 */
export type PlistKind = 'string' | 'boolean' | 'integer' | 'real' | 'date' | 'data' | 'array' | 'dict';

export interface JobKey {
  readonly name: string;
  /** Kinds launchd takes; others are ignored with at most a line in the log. */
  readonly kinds: readonly PlistKind[];
  readonly what: string;
  /** Paths, which have to be absolute. */
  readonly path?: boolean;
  /** NextBSD's launchd does not read it. */
  readonly notOnNextbsd?: string;
}

export const jobKeys: readonly JobKey[] = [
  { name: 'Label', kinds: ['string'], what: 'The name of the job, required and unique. By custom the file is called after it' },
  { name: 'Program', kinds: ['string'], path: true, what: 'The program that is run. Without it the first word of ProgramArguments' },
  { name: 'ProgramArguments', kinds: ['array'], what: 'The words of the command, the program first. Required when there is no Program' },
  { name: 'RunAtLoad', kinds: ['boolean'], what: 'Start the job as soon as it is loaded, which is at boot for a daemon. launchd keeps no order between jobs' },
  { name: 'KeepAlive', kinds: ['boolean', 'dict'], what: 'Start the job again whenever it ends, every 10 seconds at most; as a dictionary, under conditions' },
  { name: 'LaunchOnlyOnce', kinds: ['boolean'], what: 'The job may run once in a boot' },
  { name: 'StartOnMount', kinds: ['boolean'], what: 'Start the job each time a filesystem is mounted' },
  { name: 'WatchPaths', kinds: ['array'], path: true, what: 'Start the job when one of these paths changes', notOnNextbsd: 'it reads no such key' },
  { name: 'QueueDirectories', kinds: ['array'], path: true, what: 'Keep the job running as long as one of these folders holds something', notOnNextbsd: 'it reads no such key' },
  { name: 'RootDirectory', kinds: ['string'], path: true, what: 'chroot(2) to this folder before the program is run. The program is looked up inside. Only path lookup changes: the mount table the job sees is that of the whole system' },
  { name: 'WorkingDirectory', kinds: ['string'], path: true, what: 'chdir(2) to this folder, inside RootDirectory when there is one' },
  { name: 'StandardInPath', kinds: ['string'], path: true, what: 'File opened as standard input' },
  { name: 'StandardOutPath', kinds: ['string'], path: true, what: 'File opened as standard output, made when it is not there; on a read-only root it cannot be made' },
  { name: 'StandardErrorPath', kinds: ['string'], path: true, what: 'File opened as standard error, made when it is not there; on a read-only root it cannot be made' },
  { name: 'EnvironmentVariables', kinds: ['dict'], what: 'Variables of the job\'s environment. The kernel environment (kenv) is another matter' },
  { name: 'StartInterval', kinds: ['integer'], what: 'Start the job every so many seconds' },
  { name: 'ThrottleInterval', kinds: ['integer'], what: 'Seconds between two starts of the job, 10 by default' },
  { name: 'ExitTimeOut', kinds: ['integer'], what: 'Seconds between SIGTERM and SIGKILL when the job is to end' },
  { name: 'Disabled', kinds: ['boolean', 'dict'], what: 'The job is not loaded' },
  { name: 'UserName', kinds: ['string'], what: 'User the job runs as' },
  { name: 'GroupName', kinds: ['string'], what: 'Group the job runs as' },
  { name: 'Umask', kinds: ['integer', 'string'], what: 'umask(2) of the job' },
  { name: 'SessionCreate', kinds: ['boolean'], what: 'The job gets a session of its own' },
  { name: 'AbandonProcessGroup', kinds: ['boolean'], what: 'What the job has started is left alone when the job ends' },
  { name: 'LimitLoadToHardware', kinds: ['dict'], what: 'Load the job only where these sysctl(8) values below hw are found' },
];

/** Conditions of a KeepAlive dictionary. */
export const keepAliveKeys: readonly JobKey[] = [
  { name: 'SuccessfulExit', kinds: ['boolean'], what: 'true: again after it ended well; false: again until it ends well' },
  { name: 'Crashed', kinds: ['boolean'], what: 'Again after a signal ended it' },
  { name: 'NetworkState', kinds: ['boolean'], what: 'As long as the network is up' },
  { name: 'PathState', kinds: ['dict'], path: true, what: 'As long as each path is there (true) or is not there (false): the way to wait for a mount', notOnNextbsd: 'it logs "Unrecognized KeepAlive attribute: PathState" and leaves the condition out' },
  { name: 'OtherJobEnabled', kinds: ['dict'], what: 'As long as these jobs are loaded (true) or not (false)' },
  { name: 'OtherJobActive', kinds: ['dict'], what: 'As long as these jobs run (true) or not (false)' },
  { name: 'AfterInitialDemand', kinds: ['boolean'], what: 'Only after it was asked for once' },
];

/** Further keys of launchd that have nothing to do with mounts; a name that is none of these may be a slip of one above. */
export const otherJobKeys: readonly string[] = [
  'inetdCompatibility', 'LimitLoadToHosts', 'LimitLoadFromHosts', 'LimitLoadToSessionType', 'LimitLoadFromHardware', 'EnableGlobbing', 'EnableTransactions', 'EnablePressuredExit', 'OnDemand', 'InitGroups', 'TimeOut', 'StartCalendarInterval', 'Debug',
  'WaitForDebugger', 'SoftResourceLimits', 'HardResourceLimits', 'Nice', 'ProcessType', 'POSIXSpawnType', 'LowPriorityIO', 'LowPriorityBackgroundIO', 'MachServices', 'Sockets', 'LaunchEvents', 'HopefullyExitsFirst', 'HopefullyExitsLast', 'BonjourFDs', 'UserEnvironmentVariables',
  'MaterializeDatalessFiles', 'AssociatedBundleIdentifiers', 'BundleProgram', 'LegacyTimers', 'MultipleInstances', 'ServiceIPC', 'PublishesEvents', 'EventMonitor', 'JetsamProperties', 'SandboxProfile', 'CFBundleIdentifier',
];
