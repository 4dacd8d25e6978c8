import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { beginsAs } from '../../../gateway/hub/ledger/photo-signature.ts'
import { PHOTO_BOUNDS, type PhotoBounds, Photos } from '../../../gateway/hub/ledger/photos.ts'
import { StoreRefused } from '../../../gateway/hub/stores/track-store.ts'
import { PHOTO_TYPES, type PhotoPart } from '../../../proto/domain.ts'
import { testFolder } from '../../test-folder.ts'
import { handReport, PNG, photoParts, T0 } from '../gateway-messages.ts'

const { caseId } = handReport()
const OTHER = '0mo7xu800-zzzzzzzzzz'
/** What the store counts for a part beside its bytes. */
const OVERHEAD = 512

function openPhotos(bounds: Partial<PhotoBounds> = {}, folder = testFolder()): Photos {
  const photos = new Photos(folder, { ...PHOTO_BOUNDS, ...bounds })
  onTestFinished(() => photos.close())
  return photos
}

function keep(photos: Photos, gateway: string, parts: PhotoPart[], settled = true, receivedMs = T0): void {
  photos.addAll(() => {
    for (const part of parts) photos.add(gateway, part, settled, receivedMs)
  })
}

test('parts in any order, repeated, over several runs of the hub, become the photo that was sent', () => {
  const image = fc.uint8Array({ minLength: 200, maxLength: 400 }).map((bytes) => Buffer.concat([PNG, bytes]))
  fc.assert(
    fc.property(
      image,
      fc.integer({ min: 1, max: 12 }),
      fc.infiniteStream(fc.nat()),
      (bytes, count, draws) => {
        const folder = testFolder()
        const parts = photoParts(bytes, count)
        const sent = [...parts, ...parts.slice(0, count >> 1)]
        const order = sent
          .map((part) => ({ part, at: draws.next().value as number }))
          .toSorted((a, b) => a.at - b.at)
        for (const { part } of order) {
          const photos = new Photos(folder)
          keep(photos, 'ebike-01', [part])
          photos.close()
        }
        const photos = new Photos(folder)
        expect(photos.whole(caseId, 'ebike-01')).toEqual([1])
        expect(photos.read(caseId, 'ebike-01', 1)).toEqual({ mediaType: 'image/png', bytes })
        expect(photos.bytes()).toBe(bytes.length + count * OVERHEAD)
        photos.close()
      },
    ),
    { numRuns: 25 },
  )
})

test('what is not whole is not shown, and says how far it is', () => {
  const photos = openPhotos()
  keep(photos, 'ebike-01', photoParts(PNG, 3).slice(1))
  expect(photos.whole(caseId, 'ebike-01')).toEqual([])
  expect(photos.read(caseId, 'ebike-01', 1)).toEqual({ parts: 3, partsHere: 2 })
  expect(photos.read(caseId, 'ebike-01', 2)).toBeUndefined()
})

describe('refused', () => {
  const [first, second] = photoParts(PNG, 2) as [PhotoPart, PhotoPart]

  test.each<[string, PhotoPart, RegExp]>([
    ['another number of parts', { ...second, parts: 3 }, /3 parts of image\/png, but 2 of image\/png before/],
    [
      'another media type',
      { ...second, mediaType: 'image/webp' },
      /2 parts of image\/webp, but 2 of image\/png/,
    ],
  ])('%s than before', (_, part, message) => {
    const photos = openPhotos()
    keep(photos, 'ebike-01', [first])
    expect(() => keep(photos, 'ebike-01', [part])).toThrow(StoreRefused)
    expect(() => keep(photos, 'ebike-01', [part])).toThrow(message)
    expect(photos.read(caseId, 'ebike-01', 1)).toEqual({ parts: 2, partsHere: 1 })
  })

  test.each([
    ['HTML', '<html><script>alert(1)</script>'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a JPEG', '\xff\xd8\xff\xe0 0123456789'],
    ['too little to tell', '\x89PN'],
  ])('%s that is said to be PNG, with all that came in its transaction', (_, text) => {
    const photos = openPhotos()
    const parts = [...photoParts(PNG, 1), ...photoParts(Buffer.from(text, 'latin1'), 1, { photo: 2 })]
    expect(() => keep(photos, 'ebike-01', parts)).toThrow(/does not begin as image\/png does/)
    expect(photos.bytes()).toBe(0)
    expect(photos.whole(caseId, 'ebike-01')).toEqual([])
  })

  test('what goes beyond the room of a gateway; others have theirs', () => {
    const photos = openPhotos({ gatewayBytes: 2 * (PNG.length + OVERHEAD) })
    keep(photos, 'ebike-01', photoParts(PNG, 1))
    keep(photos, 'ebike-01', photoParts(PNG, 1, { photo: 2 }))
    expect(() => keep(photos, 'ebike-01', photoParts(PNG, 1, { photo: 3 }))).toThrow(
      /the photos of ebike-01 would take more than/,
    )
    keep(photos, 'ebike-01', photoParts(PNG, 1))
    keep(photos, 'ebike-02', photoParts(PNG, 1, { caseId: OTHER }))
    expect(photos.whole(caseId, 'ebike-01')).toEqual([1, 2])
  })

  test('what waits for made-up cases, however small its parts are', () => {
    const photos = openPhotos({ waitingBytes: 10 * OVERHEAD })
    const bogus = (n: number) =>
      photoParts(PNG.subarray(0, 8), 1, { caseId: `0mo7xu800-000000000${n}`, part: 1, parts: 2 })
    let kept = 0
    expect(() => {
      for (; kept < 10; kept++) keep(photos, 'ebike-01', bogus(kept), false)
    }).toThrow(/no such case, and photos of ebike-01 that wait for cases would take more than 5120 bytes/)
    expect(kept).toBe(9)
    keep(photos, 'ebike-01', photoParts(PNG, 1), true)
    keep(photos, 'ebike-02', bogus(0), false)
    expect(photos.mayWait('ebike-01', 1)).toBe(false)
    expect(photos.mayWait('ebike-02', 1)).toBe(true)
  })
})

describe('photos that came before their case', () => {
  test('belong to it where its gateway sent them; others are dropped', () => {
    const photos = openPhotos()
    keep(photos, 'ebike-01', photoParts(PNG, 1), false)
    keep(photos, 'ebike-66', photoParts(Buffer.concat([PNG, PNG]), 1), false)
    expect(photos.awaited()).toEqual([caseId])
    expect(photos.settle(caseId, 'ebike-01')).toEqual([
      { gateway: 'ebike-66', caseId, photo: 1, why: 'the case was raised by ebike-01' },
    ])
    expect(photos.settle(caseId, 'ebike-01')).toEqual([])
    expect(photos.awaited()).toEqual([])
    expect(photos.whole(caseId, 'ebike-66')).toEqual([])
    expect(photos.read(caseId, 'ebike-01', 1)).toMatchObject({ bytes: PNG })
    expect(photos.bytes()).toBe(PNG.length + OVERHEAD)
  })

  test('are all dropped where the case is a sensor’s', () => {
    const photos = openPhotos()
    keep(photos, 'ebike-01', photoParts(PNG, 1), false)
    expect(photos.settle(caseId)).toMatchObject([{ gateway: 'ebike-01', why: 'it is a sensor’s case' }])
    expect(photos.bytes()).toBe(0)
  })

  test('give back their room once settled or dropped', () => {
    const photos = openPhotos({ waitingBytes: PNG.length + OVERHEAD })
    keep(photos, 'ebike-01', photoParts(PNG, 1), false)
    expect(photos.mayWait('ebike-01', 1)).toBe(false)
    photos.settle(caseId, 'ebike-01')
    expect(photos.mayWait('ebike-01', PNG.length)).toBe(true)
    keep(photos, 'ebike-01', photoParts(PNG, 1, { caseId: OTHER }), false)
    photos.settle(OTHER)
    expect(photos.mayWait('ebike-01', PNG.length)).toBe(true)
  })
})

test('what is not whole, or has no case, a month after its last part is dropped; a whole photo stays', () => {
  const photos = openPhotos()
  keep(photos, 'ebike-01', photoParts(PNG, 1))
  keep(photos, 'ebike-01', photoParts(PNG, 3, { photo: 2 }).slice(0, 1))
  keep(photos, 'ebike-01', photoParts(PNG, 3, { photo: 2 }).slice(1, 2), true, T0 + 5)
  keep(photos, 'ebike-02', photoParts(PNG, 1, { caseId: OTHER }), false)
  const month = PHOTO_BOUNDS.unfinishedMs
  expect(photos.sweep(T0 + month)).toEqual([])
  expect(photos.sweep(T0 + month + 1)).toEqual([
    { gateway: 'ebike-02', caseId: OTHER, photo: 1, why: 'its case never came' },
  ])
  expect(photos.sweep(T0 + month + 6)).toEqual([
    { gateway: 'ebike-01', caseId, photo: 2, why: '2 of its 3 parts came' },
  ])
  expect(photos.sweep(T0 + 100 * month)).toEqual([])
  expect(photos.whole(caseId, 'ebike-01')).toEqual([1])
  expect(photos.bytes()).toBe(PNG.length + OVERHEAD)
})

describe('a file begins as its media type says', () => {
  const webp = Buffer.from('RIFF\x24\0\0\0WEBPVP8 ', 'latin1')
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16])
  test.each([
    ['PNG', PNG, 'image/png'],
    ['JPEG', jpeg, 'image/jpeg'],
    ['WebP', webp, 'image/webp'],
  ] as const)('%s', (_, bytes, mediaType) => {
    for (const type of PHOTO_TYPES) expect(beginsAs(type, bytes), type).toBe(type === mediaType)
  })

  test('other RIFF files are none, nor is anything too short', () => {
    expect(beginsAs('image/webp', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'))).toBe(false)
    for (const type of PHOTO_TYPES) expect(beginsAs(type, new Uint8Array())).toBe(false)
    expect(beginsAs('image/webp', webp.subarray(0, 11))).toBe(false)
  })
})
