import { decodeEnvelope } from '../../../proto/codec/codec.ts'
import { DecodeError } from '../../../proto/codec/decode-error.ts'
import { ALL_UP } from '../../../proto/topics.ts'

/**
 * One of several hubs at the same existing broker, and which records it takes. Tracks, readings and health
 * are divided, by shared subscriptions of the broker or by a hash of the gateway's id; cases and photos of all
 * gateways go to the one worker that has the ledger. A record that is not taken gets no receipt from here, so
 * that the gateway keeps it until the worker whose it is has committed it.
 */

export type Worker = {
  /** Names the shared subscription, or stands for the group where parts are counted. */
  group: string
} & (
  | { role: 'tracks'; by: 'share' }
  | { role: 'tracks'; by: 'partition'; index: number; of: number }
  | { role: 'ledger'; by: 'share' }
  | { role: 'ledger'; by: 'partition'; of: number }
)

/** The filter under which this worker hears records. */
export function upFilter(worker: Worker | undefined): string {
  return worker?.role === 'tracks' && worker.by === 'share' ? `$share/${worker.group}/${ALL_UP}` : ALL_UP
}

/** A payload that is no record goes to those who share the tracks; they set it aside. */
export function takes(worker: Worker | undefined, gateway: string, payload: Uint8Array): boolean {
  if (!worker) return true
  if (worker.role === 'tracks' && worker.by === 'partition' && partOf(gateway, worker.of) !== worker.index)
    return false
  return isForLedger(payload) === (worker.role === 'ledger')
}

/**
 * The part of a gateway, 0 … of - 1: FNV-1a, 32 bits, over its id (ASCII). Every worker of every version
 * must come to the same part.
 */
export function partOf(gateway: string, of: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < gateway.length; i++) hash = Math.imul(hash ^ gateway.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % of
}

function isForLedger(payload: Uint8Array): boolean {
  try {
    const { lane } = decodeEnvelope(payload)
    return lane === 'case' || lane === 'photo'
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}
