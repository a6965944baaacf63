import { describe, expect, it } from 'vitest';
import { describeVariable, type EnvironmentFacts } from '../../boot/environment/knowledge';
import { redoxVariables } from '../../boot/environment/redox';
import { redoxReaderFaults, type RedoxEnvironmentState } from '../../boot/environment/redox-readers';

const faults = (name: string, all: Record<string, string>, facts: EnvironmentFacts = {}): string[] => describeVariable(redoxVariables, name, new Map(Object.entries(all)), facts).faults.map(({ code }) => code);
const live = { DISK_LIVE_ADDR: '000000003bfb3000', DISK_LIVE_SIZE: '0000000000400000', REDOXFS_BLOCK: '0000000000000000', REDOXFS_UUID: '6ba9ae7a-2095-4d8b-8aab-78b340c29bb4' };

describe('values of the Redox environment', () => {
  it('nothing is wrong with what the bootloader writes', () => {
    for (const name of Object.keys(live)) expect(faults(name, live, { filesystemSize: 4n << 20n, filesystemUuid: live.REDOXFS_UUID }), name).toEqual([]);
  });
  it('a bad number becomes 0, and two of them make lived leave without a word', () => {
    expect(faults('DISK_LIVE_ADDR', { ...live, DISK_LIVE_ADDR: '0x3bfb3000' })).toEqual(['unparsable']);
    expect(faults('DISK_LIVE_ADDR', { DISK_LIVE_ADDR: 'none', DISK_LIVE_SIZE: '4M' })).toEqual(['unparsable', 'no-effect']);
    expect(faults('DISK_LIVE_SIZE', { ...live, DISK_LIVE_SIZE: '4M' })).toEqual(['unparsable']);
  });
  it('contradictions: below or above the filesystem, off a page, a block that is not 0, another uuid', () => {
    expect(faults('DISK_LIVE_SIZE', live, { filesystemSize: 16n << 20n })).toEqual(['preload-smaller-than-filesystem']);
    expect(faults('DISK_LIVE_SIZE', live, { filesystemSize: 2n << 20n })).toEqual(['contradicting']);
    expect(faults('DISK_LIVE_ADDR', { ...live, DISK_LIVE_ADDR: '000000003bfb3200' })).toEqual(['contradicting']);
    expect(faults('REDOXFS_BLOCK', { ...live, REDOXFS_BLOCK: '0000000000000200' })).toEqual(['contradicting']);
    expect(faults('REDOXFS_BLOCK', { REDOXFS_BLOCK: '0000000000000200' })).toEqual([]);
    expect(faults('REDOXFS_UUID', live, { filesystemUuid: '01234567-89ab-cdef-0123-456789abcdef' })).toEqual(['contradicting']);
    expect(faults('REDOXFS_UUID', { REDOXFS_UUID: 'root' })).toEqual(['unparsable']);
  });
});

describe('readers of the Redox environment', () => {
  const state = (more: Partial<RedoxEnvironmentState>): Record<string, string[]> =>
    Object.fromEntries([...redoxReaderFaults({ values: new Map(Object.entries(live)), loader: new Map(), readers: [], watchedFromStart: true, initfsOver: false, length: 200, ...more })].map(([name, found]) => [name, found.map(({ code }) => code)]));
  it('set but never read: only when it was watched from the start and the initfs is over', () => {
    expect(state({ initfsOver: true })).toEqual({ DISK_LIVE_ADDR: ['never-read'], DISK_LIVE_SIZE: ['never-read'] });
    expect(state({})).toEqual({});
    expect(state({ initfsOver: true, watchedFromStart: false })).toEqual({});
    expect(state({ initfsOver: true, readers: [{ name: 'lived', process: 'lived:3' }] })).toEqual({});
  });
  it('read but not set, dropped between stages, too long for bootstrap', () => {
    expect(state({ values: new Map([['REDOXFS_BLOCK', '0']]), readers: [{ name: 'lived', process: 'lived:3' }] })).toEqual({ DISK_LIVE_ADDR: ['not-set'], DISK_LIVE_SIZE: ['not-set'], REDOXFS_UUID: ['not-set'] });
    expect(state({ loader: new Map([['RSDP_ADDR', '1'], ...Object.entries(live)]) })).toEqual({ RSDP_ADDR: ['dropped'] });
    expect(Object.values(state({ length: 4096 })).flat()).toEqual(['too-long', 'too-long', 'too-long', 'too-long']);
    expect(state({ values: new Map() })).toEqual({});
  });
  it('cut in the middle of a value; other text than the loader had is no cut', () => {
    expect(state({ loader: new Map(Object.entries({ ...live, REDOXFS_UUID: `${live.REDOXFS_UUID}-more` })) })).toEqual({ REDOXFS_UUID: ['truncated'] });
    expect(state({ loader: new Map(Object.entries({ ...live, REDOXFS_BLOCK: '0000000000000001' })) })).toEqual({});
  });
  it('set after its reader has read: only what that program looks for, and for what bootstrap hands to init all', () => {
    const values = new Map(Object.entries({ ...live, DISK_LIVE_SIZE: '0000000000000001', REDOXFS_UUID: 'other' }));
    expect(state({ readers: [{ name: 'lived', process: 'lived:3', values }] })).toEqual({ DISK_LIVE_SIZE: ['set-after-reader'] });
    expect(state({ readers: [{ name: 'bootstrap', process: '[bootstrap]:1', values }] })).toEqual({ DISK_LIVE_SIZE: ['set-after-reader'], REDOXFS_UUID: ['set-after-reader'] });
    expect(state({ readers: [{ name: 'lived', process: 'lived:3', values: new Map(Object.entries(live)) }, { name: 'lived', process: 'lived:4' }] })).toEqual({});
  });
});
