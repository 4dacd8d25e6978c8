import type { PhotoPart } from '../../../proto/domain.ts'
import { MAX_PHOTO_PART_BYTES } from '../../../proto/domain.ts'
import { MAX_PHOTO_BYTES, type NewReport } from '../../../proto/terminal-http.ts'
import { ReportRefused } from './report-refused.ts'

type SentPhoto = NewReport['photos'][number]

/** First bytes of each type: JPEG (ITU-T T.81), PNG (RFC 2083), WebP (RFC 9649: `RIFF`, size, `WEBP`). */
const BEGINNINGS: Record<SentPhoto['mediaType'], (bytes: Buffer) => boolean> = {
  'image/jpeg': (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  'image/png': (bytes) => bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
  'image/webp': (bytes) =>
    bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
}

/**
 * Photos of a report in pieces that the wire takes.
 * @throws ReportRefused for a photo that is too large or not what it says it is.
 */
export function photoParts(caseId: string, photos: readonly SentPhoto[]): PhotoPart[] {
  return photos.flatMap(({ mediaType, base64 }, index) => {
    const photo = index + 1
    const bytes = Buffer.from(base64, 'base64')
    if (bytes.length > MAX_PHOTO_BYTES)
      throw new ReportRefused(`photo ${photo} has ${bytes.length} bytes: expected at most ${MAX_PHOTO_BYTES}`)
    if (!BEGINNINGS[mediaType](bytes)) throw new ReportRefused(`photo ${photo} is no ${mediaType}`)
    const parts = Math.ceil(bytes.length / MAX_PHOTO_PART_BYTES)
    return Array.from({ length: parts }, (_, part) => ({
      caseId,
      photo,
      part: part + 1,
      parts,
      mediaType,
      bytes: bytes.subarray(part * MAX_PHOTO_PART_BYTES, (part + 1) * MAX_PHOTO_PART_BYTES),
    }))
  })
}
