import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import { routesOf } from '../../../../gateway/hub/patrol/streets/routes.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import { street } from './made-streets.ts'

const place = fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 }))
const network = fc.array(fc.tuple(place, place), { minLength: 1, maxLength: 12 }).map((lines) =>
  buildNetwork(
    lines.map((ends, i) =>
      street(
        `s${i}`,
        ends.map(([x, y]) => [x * 50, y * 50] as const),
      ),
    ),
  ),
)

test('shortest ways are those of looking at all ways (Floyd and Warshall)', () => {
  fc.assert(
    fc.property(network, fc.constantFrom(100, 390, 2900), (network, limitM) => {
      const routes = routesOf(network)
      const allM = allDistancesM(network)
      for (const [from, row] of allM.entries())
        for (const [to, expectedM] of row.entries()) {
          const foundM = routes.distanceM(from, to, limitM)
          if (expectedM > limitM + 1e-6) expect(foundM).toBe(Infinity)
          else if (expectedM < limitM - 1e-6) expect(foundM).toBeCloseTo(expectedM, 6)
          if (foundM === Infinity) continue
          let node = from
          let wayM = 0
          for (const { part, from: entered } of routes.way(from, to, limitM)) {
            expect(entered).toBe(node)
            const { from: a, to: b, lengthM } = network.parts[part]!
            node = a === node ? b : a
            wayM += lengthM
          }
          expect(node).toBe(to)
          expect(wayM).toBeCloseTo(foundM, 6)
        }
    }),
    { numRuns: 60 },
  )
})

function allDistancesM({ nodes, parts }: StreetNetwork): number[][] {
  const allM = nodes.map((_, a) => nodes.map((__, b) => (a === b ? 0 : Infinity)))
  for (const { from, to, lengthM } of parts) {
    allM[from]![to] = Math.min(allM[from]![to]!, lengthM)
    allM[to]![from] = allM[from]![to]!
  }
  for (const via of nodes.keys())
    for (const a of nodes.keys())
      for (const b of nodes.keys()) allM[a]![b] = Math.min(allM[a]![b]!, allM[a]![via]! + allM[via]![b]!)
  return allM
}
