import { spawn } from 'node:child_process';
import fs from 'node:fs';

const children = (pid) => {
  try {
    return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  } catch {
    return [];
  }
};
/** Peak resident size of a process and of all below it, MB. */
function peak(pid) {
  let total = 0;
  try {
    total = Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
  return total + children(pid).reduce((sum, child) => sum + peak(child), 0);
}

/** Runs a command to its end. @returns {Promise<[number, number]>} seconds and peak resident MB */
export function measure(argv, environment = {}) {
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...environment } });
    let memory = 0;
    const look = setInterval(() => (memory = Math.max(memory, peak(child.pid))), 5);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(look);
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      if (code === 0) resolve([seconds, memory]);
      else reject(new Error(`${argv.join(' ')} exited with ${code}`));
    });
  });
}
