import { encodeBody, encodeEnvelope } from '../../proto/codec/codec.ts'
import type { Body, CaseEvent, CaseReport, Fix, ManualReport, PhotoPart } from '../../proto/domain.ts'

/** What gateways send, made as gateways make it. */
export const T0 = Date.UTC(2026, 4, 1, 0, 0, 0)
export const BOOT = '0123456789ab'
export const COVER = '3101010101000001'

/** One fix a second, riding north-east through Huangpu. */
export function ride(count: number, startMs = T0): Fix[] {
  return Array.from({ length: count }, (_, i) => ({
    timeMs: startMs + i * 1000,
    lat: Math.round((31.23 + i * 0.00003) * 1e7) / 1e7,
    lon: Math.round((121.47 + i * 0.00002) * 1e7) / 1e7,
    speedMps: 4.2,
    courseDeg: 33,
    hdop: 0.8,
    satellites: 14,
    quality: 'gps' as const,
  }))
}

export function up(gateway: string, sequence: number, body: Body, boot = BOOT): Buffer {
  return Buffer.from(encodeEnvelope({ gateway, boot, sequence, lane: body.lane, body: encodeBody(body) }))
}

export const fixes = (batch: Fix[], device?: string): Body => ({
  lane: 'fix',
  batch: { fixes: batch, ...(device === undefined ? {} : { device }) },
})

export function caseReport(event: CaseEvent, revision: number, over: Partial<CaseReport> = {}): CaseReport {
  return {
    caseId: '0mo7xu800-0a1b2c3d4e',
    event,
    revision,
    component: COVER,
    fault: 'cover_tilted',
    episode: 1,
    timeMs: T0 + revision * 60_000,
    raisedMs: T0 + 60_000,
    timeSource: 'gps',
    position: { lat: 31.2301234, lon: 121.4705678, source: 'survey' },
    evidence: {
      metric: 'tilt_deg',
      rule: 'cover_tilted/1',
      raise: 15,
      clear: 8,
      holdMs: 5000,
      samples: [{ timeMs: T0 + revision * 60_000, value: event === 'cleared' ? 2 : 24.5 }],
      suppressed: 0,
    },
    ...over,
  }
}

/** What a person reported by hand of an event: it is at no component. */
export function handReport(manual: Partial<ManualReport> = {}, over: Partial<CaseReport> = {}): CaseReport {
  const { component, evidence, ...rest } = caseReport('raised', 1)
  return {
    ...rest,
    caseId: '0mo7xu800-5f6a7b8c9d',
    fault: 'exposed_rubbish',
    position: { lat: 31.2301, lon: 121.4705, source: 'hand' },
    manual: { note: '两袋垃圾', photos: 2, by: '王', ...manual },
    ...over,
  }
}

/** A tiny PNG, so that browsers show it: one red pixel. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

/** `image` cut into pieces as a gateway sends them. */
export function photoParts(image: Uint8Array, parts: number, over: Partial<PhotoPart> = {}): PhotoPart[] {
  const size = Math.ceil(image.length / parts)
  return Array.from({ length: parts }, (_, i) => ({
    caseId: handReport().caseId,
    photo: 1,
    part: i + 1,
    parts,
    mediaType: 'image/png' as const,
    bytes: image.subarray(i * size, (i + 1) * size),
    ...over,
  }))
}
