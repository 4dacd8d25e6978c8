import type { PhotoType } from '../../../proto/domain.ts'

/**
 * Does a file begin as its media type says? What begins otherwise (HTML, SVG) is never kept, so it can never be
 * served: JPEG begins with SOI and a marker (ITU-T T.81 B.1.1), PNG with its signature (ISO/IEC 15948 5.2), WebP with
 * a RIFF header of that form (RFC 9649 2.4).
 */
export function beginsAs(mediaType: PhotoType, bytes: Uint8Array): boolean {
  switch (mediaType) {
    case 'image/jpeg':
      return startsWith(bytes, 0, [0xff, 0xd8, 0xff])
    case 'image/png':
      return startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    case 'image/webp':
      return startsWith(bytes, 0, ascii('RIFF')) && startsWith(bytes, 8, ascii('WEBP'))
  }
}

function startsWith(bytes: Uint8Array, at: number, expected: number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte)
}

const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0))
