import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handler, RequestGroup } from '../handler';

const evaluate: Handler<DebugProtocol.EvaluateArguments> = async (core, args) => {
  const { inspector } = core.needStopped('evaluate');
  const value = await inspector.evaluate(args.expression, args.frameId);
  const shown = await inspector.show(args.expression, value);
  return { ...shown, result: shown.value };
};

const setExpression: Handler<DebugProtocol.SetExpressionArguments> = async (core, args) => {
  const { inspector } = core.needStopped('setExpression');
  const value = await inspector.evaluate(args.expression, args.frameId);
  await inspector.assign(args.expression, value, args.value);
  inspector.written();
  return { value: (await inspector.show(args.expression, value)).value };
};

export const evaluateRequests: RequestGroup = { capabilities: { supportsEvaluateForHovers: true, supportsSetExpression: true }, handlers: { evaluate, setExpression } };
