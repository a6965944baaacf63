import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handler, RequestGroup } from '../handler';
import { written } from '../written';

const evaluate: Handler<DebugProtocol.EvaluateArguments> = async (core, args) => {
  const target = core.needStopped('evaluate');
  const { inspector } = target;
  // Only what is typed into the debug console may change the machine: watches and hovers are evaluated unasked.
  const { value, written: changed } = args.context === 'repl' ? await inspector.execute(args.expression, args.frameId) : { ...(await inspector.evaluate(args.expression, args.frameId)), written: false };
  if (changed) written(core, target, { tellValues: true });
  const shown = await inspector.show(args.expression, value, args.expression);
  return { ...shown, result: shown.value };
};

const setExpression: Handler<DebugProtocol.SetExpressionArguments> = async (core, args) => {
  const target = core.needStopped('setExpression');
  const { inspector } = target;
  const { value, frame } = await inspector.evaluate(args.expression, args.frameId);
  const text = await inspector.assign(value, args.value, frame);
  written(core, target);
  return { value: text };
};

export const evaluateRequests: RequestGroup = { capabilities: { supportsEvaluateForHovers: true, supportsSetExpression: true }, handlers: { evaluate, setExpression } };
