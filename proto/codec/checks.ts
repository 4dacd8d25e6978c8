import { CASE_ID_PATTERN, COMPONENT_PATTERN, ID_PATTERN } from '../domain.ts'
import { refuse } from './decode-error.ts'

/** Checks shared by all decoders: protobuf itself accepts empty input, bad UTF-8 and any number (reliability rule 8). */

/** 2000-01-01 … 2100-01-01: nothing of ours was recorded outside. */
const EARLIEST_MS = 946_684_800_000
const LATEST_MS = 4_102_444_800_000

export function checkedTimeMs(value: unknown, where: string): number {
  const timeMs = Number(value)
  if (!(timeMs >= EARLIEST_MS && timeMs < LATEST_MS))
    refuse('bad-value', `${where}: ${timeMs} ms, expected a time between 2000 and 2100`)
  return timeMs
}

export function checkedText(value: string, where: string, maxLength: number): string {
  if (value.length === 0) refuse('missing-field', `${where}: empty`)
  return checkedOptionalText(value, where, maxLength)
}

export function checkedOptionalText(value: string, where: string, maxLength: number): string {
  if (value.length > maxLength)
    refuse('bad-value', `${where}: ${value.length} characters, at most ${maxLength}`)
  // U+FFFD is what broken UTF-8 was decoded to, and what half a surrogate pair is encoded to; control characters
  // have no place in a name.
  if (/[\p{Cc}\p{Cs}\ufffd]/u.test(value)) refuse('bad-value', `${where}: control characters or broken UTF-8`)
  return value
}

export function checkedId(value: string, where: string): string {
  if (value === '') refuse('missing-field', `${where}: empty`)
  if (!ID_PATTERN.test(value))
    refuse('bad-value', `${where}: ${JSON.stringify(value.slice(0, 80))}, expected ${ID_PATTERN}`)
  return value
}

export function checkedComponent(value: string, where: string): string {
  if (!COMPONENT_PATTERN.test(value))
    refuse('bad-value', `${where}: ${JSON.stringify(value.slice(0, 80))}, expected 16 digits`)
  return value
}

export function checkedCaseId(value: string, where: string): string {
  if (!CASE_ID_PATTERN.test(value))
    refuse('bad-value', `${where} ${JSON.stringify(value.slice(0, 80))}: expected ${CASE_ID_PATTERN}`)
  return value
}

export function checkedNumberIn(value: number, lowest: number, highest: number, where: string): number {
  if (!(Number.isInteger(value) && value >= lowest && value <= highest))
    refuse('bad-value', `${where}: ${value}, expected ${lowest} to ${highest}`)
  return value
}

export function checkedFinite(value: number, where: string): number {
  if (!Number.isFinite(value)) refuse('bad-value', `${where}: ${value}, expected a finite number`)
  return value
}

export function checkedCount(values: { length: number }, max: number, where: string): void {
  if (values.length > max) refuse('too-many', `${where}: ${values.length}, at most ${max}`)
}

export function checkedLatE7(latE7: number, where: string): number {
  if (latE7 < -900_000_000 || latE7 > 900_000_000)
    refuse('bad-value', `${where}: latitude ${latE7 / 1e7}, expected -90 to 90`)
  return latE7
}

export function checkedLonE7(lonE7: number, where: string): number {
  if (lonE7 < -1_800_000_000 || lonE7 > 1_800_000_000)
    refuse('bad-value', `${where}: longitude ${lonE7 / 1e7}, expected -180 to 180`)
  return lonE7
}

const BOOT_PATTERN = /^[0-9a-f]{12}$/

export function bootToBytes(boot: string): Buffer {
  if (!BOOT_PATTERN.test(boot))
    throw new RangeError(`boot ${JSON.stringify(boot)}: expected 12 hexadecimal digits`)
  return Buffer.from(boot, 'hex')
}

export function checkedBoot(bytes: Uint8Array, where: string): string {
  if (bytes.length !== 6) refuse('bad-value', `${where}: ${bytes.length} bytes, expected 6`)
  return Buffer.from(bytes).toString('hex')
}
