import {
  MAX_PHOTO_PART_BYTES,
  MAX_PHOTO_PARTS,
  MAX_PHOTOS,
  PHOTO_TYPES,
  type PhotoPart,
  type PhotoType,
} from '../domain.ts'
import { checkedCaseId, checkedNumberIn } from './checks.ts'
import { refuse } from './decode-error.ts'
import { PhotoPartType } from './schema.ts'

const TYPES: (PhotoType | undefined)[] = [undefined, ...PHOTO_TYPES]

export interface PhotoPartMessage {
  caseId: string
  photo: number
  part: number
  parts: number
  type: number
  content: Uint8Array
}

/** @throws RangeError for a part that the hub would refuse. */
export function encodePhotoPart(part: PhotoPart): Uint8Array {
  const { bytes, mediaType, ...rest } = part
  const message: PhotoPartMessage = { ...rest, type: TYPES.indexOf(mediaType), content: bytes }
  try {
    decodePhotoPart(message)
  } catch (error) {
    throw new RangeError((error as Error).message)
  }
  return PhotoPartType.encode(message).finish()
}

/** @throws DecodeError */
export function decodePhotoPart(message: PhotoPartMessage): PhotoPart {
  const { photo, part, parts, content } = message
  checkedNumberIn(parts, 1, MAX_PHOTO_PARTS, 'photo parts')
  if (content.length === 0) refuse('missing-field', 'photo bytes')
  if (content.length > MAX_PHOTO_PART_BYTES)
    refuse('too-large', `photo part of ${content.length} bytes, at most ${MAX_PHOTO_PART_BYTES}`)
  return {
    caseId: checkedCaseId(message.caseId, 'photo of case'),
    photo: checkedNumberIn(photo, 1, MAX_PHOTOS, 'number of the photo'),
    part: checkedNumberIn(part, 1, parts, 'number of the part'),
    parts,
    mediaType: TYPES[message.type] ?? refuse('bad-value', `photo type ${message.type}`),
    // Without what protobufjs reads into: a Buffer is not equal to the same Uint8Array.
    bytes: new Uint8Array(content.buffer, content.byteOffset, content.length),
  }
}
