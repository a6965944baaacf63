import type { FailureRule } from '../rule';

export const redoxProcessFault: FailureRule = {
  code: 'redox.unhandled-exception',
  chains: ['redox'],
  title: 'the program {name} was ended by a fault',
  cause: 'a user program of the boot raised an exception nothing handles (a page fault, an invalid opcode); what waits for it waits for ever.',
  fix: 'give the program with symbols in `images` (stage userland, process) and stop at the fault; the registers printed above the line tell where it was.',
  confidence: 'likely',
  serial: [
    { any: ['UNHANDLED EXCEPTION, CPU {cpu}, PID {pid}, NAME {name}, CONTEXT'] },
  ],
  unlessLater: ['login:'],
  source: 'kernel/src/context/signal.rs',
};
