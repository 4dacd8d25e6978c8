import { DecodeError } from '../../proto/codec/decode-error.ts'
import { bodyToJson } from '../hub/dead-letters/body-json.ts'
import { isWhole, type Letter, type LetterHead } from '../hub/dead-letters/letters.ts'
import type { KeptPayload } from '../hub/dead-letters/refused-payloads.ts'

/** Dead letters and refused payloads as JSON and as lines for a terminal, whatever their gateways wrote into them. */

/** What `list --json` gives of a letter; absent is absent. */
export function letterJson(letter: LetterHead): Record<string, unknown> {
  const { id, receivedMs, asideMs, mendedMs, settledMs, ...rest } = letter
  const { cursor, gateway, boot, sequence, lane, state, reason, bytes, discardedFor, refusals } = rest
  return {
    id: `${id}`,
    state,
    ...{ cursor, gateway, boot, sequence, lane, reason, bytes, refusals },
    received: iso(receivedMs),
    ...(asideMs === undefined ? {} : { setAside: iso(asideMs) }),
    ...(mendedMs === undefined ? {} : { mended: iso(mendedMs) }),
    ...(settledMs === undefined ? {} : { settled: iso(settledMs) }),
    ...(discardedFor === undefined ? {} : { discardedFor }),
  }
}

export function payloadJson({ id, receivedMs, head, ...rest }: KeptPayload): Record<string, unknown> {
  return { id: `p${id}`, state: 'payload', ...rest, received: iso(receivedMs) }
}

export function letterLine(letter: LetterHead): string {
  const { id, state, receivedMs, gateway, boot, sequence, lane, bytes, cursor, reason, mendedMs } = letter
  const name = `${gateway} ${boot}/${sequence}`
  const mended = mendedMs === undefined ? '' : ' (mended)'
  return printable(
    `${`${id}`.padEnd(6)} ${(state + mended).padEnd(9)}  ${iso(receivedMs)}  ${name}  ${lane}  ${bytes} B  ${cursor}: ${reason}`,
  )
}

export function payloadLine({ id, receivedMs, gateway, bytes, reason, detail }: KeptPayload): string {
  return printable(
    `${`p${id}`.padEnd(6)} payload    ${iso(receivedMs)}  ${gateway}  ${bytes} B  ${reason}: ${detail}`,
  )
}

/** The letter with its body decoded, or why it cannot be, and what can be done. */
export function letterDetails(letter: Letter): Record<string, unknown> {
  const { body, mended, lane } = letter
  return {
    ...letterJson(letter),
    ...bodyDetails(letter, mended ?? body),
    ...(mended === undefined ? {} : { original: bodyDetails(letter, body) }),
    todo: todo(letter, canDecode(lane, mended ?? body)),
  }
}

export function payloadDetails(payload: KeptPayload): Record<string, unknown> {
  return {
    ...payloadJson(payload),
    hex: hexLines(payload.head),
    todo: [
      'nothing to replay: its sender has no receipt, and sends again what it holds',
      `gridpatrol dead-letters discard p${payload.id} --reason WHY`,
    ],
  }
}

/** Lines of what {@link letterDetails} and {@link payloadDetails} give. */
export function detailLines(details: Record<string, unknown>): string[] {
  return Object.entries(details).flatMap(([key, value]) => {
    if (Array.isArray(value)) return [`${key}:`, ...value.map((line) => `  ${printable(String(line))}`)]
    if (typeof value !== 'object') return [`${key}: ${printable(String(value))}`]
    return [`${key}:`, ...JSON.stringify(value, undefined, 2).split('\n').map(printable)]
  })
}

/** Control and format characters made visible: a name must not write to the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
  })
}

function bodyDetails({ lane }: Letter, bytes: Uint8Array): Record<string, unknown> {
  try {
    return { body: bodyToJson(lane, bytes) }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { undecodable: `${error.reason}: ${error.message}`, hex: hexLines(bytes) }
  }
}

function canDecode(lane: Letter['lane'], bytes: Uint8Array): boolean {
  return 'body' in bodyDetails({ lane } as Letter, bytes)
}

function todo(letter: Letter, decodes: boolean): string[] {
  const { id, state, discardedFor } = letter
  const command = (what: string) => `gridpatrol dead-letters ${what}`
  if (state === 'taken') return ['nothing: its consumer has it']
  if (state === 'discarded') return [`nothing: discarded, ${discardedFor}`]
  if (state === 'asked') return ['wait: the hub offers it again at its next look, or when it runs']
  const discard = command(`discard ${id} --reason WHY`)
  if (!isWhole(letter))
    return ['only the head of a photo is kept: have it sent again from the terminal', discard]
  return [
    `${command(`replay ${id}`)}: where its consumer would take it now`,
    decodes
      ? `${command(`mend ${id}`)} --set PATH=VALUE, --drop-fix N, or --file FIXED.json; then replay`
      : `${command(`mend ${id}`)} --file FIXED.json, since it cannot be decoded; then replay`,
    discard,
  ]
}

/** 16 bytes a line: offset, hexadecimal, characters. */
function hexLines(bytes: Uint8Array, maxBytes = 1024): string[] {
  const lines: string[] = []
  for (let at = 0; at < Math.min(bytes.length, maxBytes); at += 16) {
    const row = Buffer.from(bytes.subarray(at, at + 16))
    const hex = row.toString('hex').replace(/../g, '$& ').padEnd(48)
    const text = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.')
    lines.push(`${at.toString(16).padStart(4, '0')}  ${hex} ${text}`)
  }
  if (bytes.length > maxBytes) lines.push(`… ${bytes.length - maxBytes} bytes more`)
  return lines
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
