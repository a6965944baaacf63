import type { SerialAnswer, SerialArguments } from '../../api';
import { failure } from '../../errors/catalogue';
import { sessionErrors } from '../../errors/session';
import type { Handler, RequestGroup } from '../handler';
import { incompleteTail } from '../utf8';

const serial: Handler<SerialArguments> = async (core, args): Promise<SerialAnswer> => {
  const number = args.port ?? 1;
  const port = core.need('bootscope/serial').machine.serial.find((candidate) => candidate.port === number);
  if (!port) throw failure(sessionErrors.noSerialPort, { port: number });
  if (args.send !== undefined && args.send !== '') await port.send(Buffer.from(args.send, 'utf8'));
  const { bytes, next } = port.read(args.from ?? 0);
  const tail = incompleteTail(bytes);
  return { text: Buffer.from(bytes.subarray(0, bytes.length - tail)).toString('utf8'), next: next - tail };
};

export const serialRequests: RequestGroup = { handlers: { 'bootscope/serial': serial } };
