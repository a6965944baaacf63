import { Worker } from 'node:worker_threads';
import type { ChecksumRequest, LoadMessage, LoadRequest } from './messages';

/** A request to a worker, and who hears of it. */
export interface Job {
  readonly request: LoadRequest | ChecksumRequest;
  hear(message: LoadMessage): void;
  /** It is done, or `reason` says why it is not. */
  ended(reason?: string): void;
}

/**
 * A worker thread that does one job after another, so that starting it and compiling its code is paid for once. It is started for
 * the first job and does not keep the process alive once nobody waits for an answer.
 */
export class WorkerLane {
  private worker: Worker | undefined;
  private current: Job | undefined;
  private readonly queue: Job[] = [];
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly program: string,
    /** How long the worker stays when there is nothing to do. */
    private readonly idleMs: number,
  ) {}

  add(job: Job): void {
    this.queue.push(job);
    this.next();
  }

  /** A job that is being done ends with its worker; those that wait get another one. It hears nothing more. */
  cancel(job: Job): void {
    const waiting = this.queue.indexOf(job);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    if (this.current !== job) return;
    this.current = undefined;
    this.stop();
    this.next();
  }

  private next(): void {
    if (this.current) return;
    this.current = this.queue.shift();
    clearTimeout(this.idle);
    if (!this.current) {
      this.worker?.unref();
      this.idle = setTimeout(() => { this.stop(); }, this.idleMs);
      this.idle.unref();
      return;
    }
    this.worker ??= this.start();
    this.worker.ref();
    this.worker.postMessage(this.current.request);
  }

  private start(): Worker {
    const worker = new Worker(this.program);
    worker.on('message', (message: LoadMessage) => {
      if (this.worker === worker) this.hear(message);
    });
    const died = (reason: string): void => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.finish(reason);
    };
    worker.on('error', (error) => {
      died(error.message);
    });
    worker.on('exit', (code) => {
      died(`it ended with code ${code}`);
    });
    return worker;
  }

  private hear(message: LoadMessage): void {
    if (message.kind === 'failed') this.finish(message.reason);
    else if (message.kind === 'done') this.finish();
    else this.current?.hear(message);
    // Nobody waits for the index on disk.
    if (message.kind === 'tables' && this.queue.length === 0) this.worker?.unref();
  }

  private finish(reason?: string): void {
    const job = this.current;
    this.current = undefined;
    job?.ended(reason);
    this.next();
  }

  private stop(): void {
    const { worker } = this;
    this.worker = undefined;
    void worker?.terminate();
  }
}
