import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handler, RequestGroup } from '../handler';

const evaluate: Handler<DebugProtocol.EvaluateArguments> = async (core, args) => {
  const { inspector, breakpoints } = core.needStopped('evaluate');
  // Only what is typed into the debug console may change the machine: watches and hovers are evaluated unasked.
  const { value, written } = args.context === 'repl' ? await inspector.execute(args.expression, args.frameId) : { ...(await inspector.evaluate(args.expression, args.frameId)), written: false };
  if (written) {
    inspector.written();
    breakpoints.memoryWritten();
  }
  const shown = await inspector.show(args.expression, value, args.expression);
  return { ...shown, result: shown.value };
};

const setExpression: Handler<DebugProtocol.SetExpressionArguments> = async (core, args) => {
  const { inspector, breakpoints } = core.needStopped('setExpression');
  const { value, frame } = await inspector.evaluate(args.expression, args.frameId);
  const text = await inspector.assign(value, args.value, frame);
  inspector.written();
  breakpoints.memoryWritten();
  return { value: text };
};

export const evaluateRequests: RequestGroup = { capabilities: { supportsEvaluateForHovers: true, supportsSetExpression: true }, handlers: { evaluate, setExpression } };
