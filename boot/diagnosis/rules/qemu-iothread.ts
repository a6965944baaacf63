import type { FailureRule } from '../rule';

export const qemuIothread: FailureRule = {
  code: 'qemu.iothread-lock',
  chains: [],
  title: 'QEMU itself failed: an assertion on its big lock',
  cause: 'QEMU 8.x has a fault with several CPUs under TCG when a guest switches to long mode.',
  fix: 'use KVM where it is there (-accel kvm), one CPU, or -machine q35 with TCG; or another QEMU.',
  confidence: 'certain',
  serial: [
    { any: ['qemu_mutex_lock_iothread_impl: assertion failed', 'qemu_mutex_unlock_iothread: assertion failed'] },
  ],
  unlessLater: [],
  source: 'qemu softmmu/cpus.c',
};
