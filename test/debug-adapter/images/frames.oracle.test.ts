import { describe, expect, it } from 'vitest';
import { compareFrames } from './readelf-frames';
import { builds, compile, readelf, rustBuilds } from './support';
import { vmlinux } from './vmlinux';

describe.skipIf(readelf === undefined)('call frames as readelf interprets them', () => {
  for (const build of [...builds, ...rustBuilds]) {
    it(build.name, () => {
      const { rows, wrong } = compareFrames(compile(build), 1);
      expect(rows).toBeGreaterThan(10);
      expect(wrong).toEqual([]);
    });
  }
  it.skipIf(vmlinux === undefined)('the Debian kernel', () => {
    const { rows, wrong } = compareFrames(vmlinux ?? '', 20);
    expect(rows).toBeGreaterThan(5000);
    expect(wrong.slice(0, 20)).toEqual([]);
  });
});
