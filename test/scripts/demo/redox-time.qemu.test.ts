import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Narrator } from '../../../scripts/demo/narrator';
import { redoxTime } from '../../../scripts/demo/redox-time';
import { lineOf } from '../../../scripts/demo/source';
import { bundleAdapter } from '../../debug-adapter/session/adapter';

it('goes from the EINVAL over the border, back to the kernel, and back in time to the line that caps the preload', async () => {
  const adapter = await bundleAdapter();
  try {
    const told = new PassThrough().resume();
    const { stops } = await redoxTime(adapter.file, new Narrator(told as unknown as NodeJS.WriteStream));
    const [reply, restored, failed, cause] = stops;
    expect(reply?.reason).toMatch(/^lived answers EINVAL/);
    expect(reply?.frames.map((frame) => frame.function).join(' < ')).toMatch(/^kernel::scheme::user::UserInner::write < .*syscall_instruction\S* < .* \(interrupted\) < .*lived::daemon < /);
    expect(restored).toMatchObject({ stage: 'kernel', reason: expect.stringContaining('Back at the checkpoint "Start of Kernel"') as string });
    expect(failed?.reason).toMatch(/^LiveDisk::read in lived returns EINVAL/);
    expect(cause).toMatchObject({ stage: 'loader', line: lineOf(cause?.file ?? '', /if size > max_preload/) });
    // The failing read lies behind what the loader allowed, and within the filesystem.
    const offset = Number(reply?.values['Return.offset']);
    expect(offset).toBeGreaterThanOrEqual(Number(cause?.values.max_preload));
    expect(offset).toBeLessThan(Number(cause?.values.size));
    expect(stops).toHaveLength(4);
  } finally {
    adapter.remove();
  }
}, 600_000);
