import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distanceM } from '../../../../gateway/hub/patrol/distance.ts'
import { PlaceIndex } from '../../../../gateway/hub/patrol/ground/place-index.ts'
import { at } from '../made-track.ts'

const anyPlace = fc.tuple(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -400, max: 400 }))

test('places near a line are those that asking of every place and many points of the line finds', () => {
  fc.assert(
    fc.property(
      fc.array(anyPlace, { maxLength: 30 }),
      anyPlace,
      anyPlace,
      fc.integer({ min: 1, max: 90 }),
      (places, a, b, radiusM) => {
        const spots = places.map((place) => at(...place))
        const index = new PlaceIndex(
          Float64Array.from(spots, ({ lat }) => lat),
          Float64Array.from(spots, ({ lon }) => lon),
        )
        const [from, to] = [at(...a), at(...b)]
        const hits = new Map<number, { distance: number; share: number }>()
        index.along(from.lat, from.lon, to.lat, to.lon, radiusM, (place, distance, share) => {
          expect(hits.has(place)).toBe(false)
          hits.set(place, { distance, share })
        })
        spots.forEach(({ lat, lon }, place) => {
          const sampled = Array.from({ length: 201 }, (_, i) =>
            distanceM(
              lat,
              lon,
              from.lat + ((to.lat - from.lat) * i) / 200,
              from.lon + ((to.lon - from.lon) * i) / 200,
            ),
          )
          const nearest = Math.min(...sampled)
          // Sampling every 6 m at most, it is right to some centimetres at these radii where the line is near.
          if (nearest < radiusM - 5) expect(hits.has(place)).toBe(true)
          if (nearest > radiusM + 0.5) expect(hits.has(place)).toBe(false)
          const hit = hits.get(place)
          if (!hit) return
          expect(hit.distance).toBeLessThanOrEqual(radiusM)
          const foot = distanceM(
            lat,
            lon,
            from.lat + (to.lat - from.lat) * hit.share,
            from.lon + (to.lon - from.lon) * hit.share,
          )
          expect(Math.abs(foot - hit.distance)).toBeLessThan(0.05)
          expect(foot).toBeLessThanOrEqual(nearest + 0.05)
        })
      },
    ),
  )
})

test('no places: nothing near', () => {
  const index = new PlaceIndex(new Float64Array(), new Float64Array())
  const hits: number[] = []
  index.along(31, 121, 32, 122, 1e6, (place) => hits.push(place))
  expect(hits).toEqual([])
})
