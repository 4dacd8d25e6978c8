import { Readable } from 'node:stream'

/** The part of a reply that is needed here; a text that is written by hand passes by the serializer. */
interface TextReply {
  type(contentType: string): unknown
  send(payload: never): unknown
}

/** Sends text in pieces, as fast as the asker reads. */
export function streamText<Reply extends TextReply>(
  reply: Reply,
  type: string,
  text: Iterable<string>,
): Reply {
  reply.type(type)
  reply.send(Readable.from(text, { objectMode: false }) as never)
  return reply
}
