import type { RequestGroup } from '../handler';
import { bootRequests } from './boot';
import { bootQuestionRequests } from './boot-questions';
import { breakpointRequests } from './breakpoints';
import { dataBreakpointRequests } from './data-breakpoints';
import { disassembleRequests } from './disassemble';
import { evaluateRequests } from './evaluate';
import { exceptionRequests } from './exceptions';
import { forceReturnRequests } from './force-return';
import { gotoRequests } from './goto';
import { lifecycleRequests } from './lifecycle';
import { memoryRequests } from './memory';
import { moduleRequests } from './modules';
import { progressRequests } from './progress';
import { runRequests } from './run';
import { serialRequests } from './serial';
import { sourceRequests } from './sources';
import { stackRequests } from './stack';
import { terminalRequests } from './terminal';
import { timeRequests } from './time';
import { traceRequests } from './trace';

/** Every request the adapter answers. */
export const groups: readonly RequestGroup[] = [
  lifecycleRequests,
  breakpointRequests,
  dataBreakpointRequests,
  exceptionRequests,
  runRequests,
  progressRequests,
  stackRequests,
  evaluateRequests,
  memoryRequests,
  disassembleRequests,
  moduleRequests,
  sourceRequests,
  serialRequests,
  traceRequests,
  terminalRequests,
  bootRequests,
  bootQuestionRequests,
  timeRequests,
  forceReturnRequests,
  gotoRequests,
];
