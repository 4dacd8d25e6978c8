import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distanceM } from '../../../../gateway/hub/patrol/distance.ts'
import { buildNetwork } from '../../../../gateway/hub/patrol/streets/build-network.ts'
import { placeAlong } from '../../../../gateway/hub/patrol/streets/place-along.ts'
import type { StreetNetwork } from '../../../../gateway/hub/patrol/streets/street-network.ts'
import type { StreetFeature } from '../../../../proto/district.ts'
import { at } from '../made-track.ts'
import { huangpuAsDrawn, huangpuStreets, whyNoHuangpu } from './huangpu.ts'
import { type Metres, position, street } from './made-streets.ts'

const ids = ({ parts }: StreetNetwork) => parts.map(({ id }) => id)
const lengthsM = ({ parts }: StreetNetwork) => parts.map(({ lengthM }) => Math.round(lengthM))
const problems = (network: StreetNetwork) =>
  network.problems.map(({ street, problem }) => `${street}: ${problem}`)
const ALONG: Metres[] = [
  [0, 0],
  [100, 0],
]

describe('where streets meet they are cut', () => {
  const cases: { what: string; streets: StreetFeature[]; parts: string[]; nodes: number; said?: string[] }[] =
    [
      {
        what: 'at a shared point in the middle of one',
        streets: [
          street('a', [
            [0, 0],
            [50, 0],
            [100, 0],
          ]),
          street('b', [
            [50, 0],
            [50, 80],
          ]),
        ],
        parts: ['a/0', 'a/1', 'b/0'],
        nodes: 4,
      },
      {
        what: 'where one ends 0.4 m beside a point of the other',
        streets: [
          street('a', [
            [0, 0],
            [50, 0],
            [100, 0],
          ]),
          street('b', [
            [50, 0.4],
            [50, 80],
          ]),
        ],
        parts: ['a/0', 'a/1', 'b/0'],
        nodes: 4,
      },
      {
        what: 'where one ends beside the other, which has no point there',
        streets: [
          street('a', ALONG),
          street('b', [
            [50, 0.3],
            [50, 80],
          ]),
        ],
        parts: ['a/0', 'a/1', 'b/0'],
        nodes: 4,
      },
      {
        what: 'where they cross without a shared point',
        streets: [
          street('a', ALONG),
          street('b', [
            [50, -80],
            [50, 80],
          ]),
        ],
        parts: ['a/0', 'a/1', 'b/0', 'b/1'],
        nodes: 5,
      },
      {
        what: 'but not under a bridge',
        streets: [
          street('a', ALONG),
          street(
            'b',
            [
              [50, -80],
              [50, 80],
            ],
            { bridge: 'yes' },
          ),
        ],
        parts: ['a/0', 'b/0'],
        nodes: 4,
      },
      {
        what: 'nor where a trunk road crosses, which has no crossings on the level',
        streets: [
          street('a', ALONG),
          street(
            'b',
            [
              [50, -80],
              [50, 80],
            ],
            { highway: 'trunk' },
          ),
        ],
        parts: ['a/0', 'b/0'],
        nodes: 4,
      },
      {
        what: 'where a street crosses itself',
        streets: [
          street('a', [
            [0, 0],
            [100, 0],
            [100, 50],
            [50, 50],
            [50, -50],
          ]),
        ],
        parts: ['a/0', 'a/1', 'a/2'],
        nodes: 3,
      },
      {
        what: 'where one street becomes another',
        streets: [
          street('a', ALONG),
          street('b', [
            [100, 0],
            [200, 0],
          ]),
        ],
        parts: ['a/0', 'b/0'],
        nodes: 3,
      },
      {
        what: 'not at a bend',
        streets: [
          street('a', [
            [0, 0],
            [100, 0],
            [100, 100],
          ]),
        ],
        parts: ['a/0'],
        nodes: 2,
      },
      {
        what: 'once around, a ring has one node',
        streets: [
          street('a', [
            [0, 0],
            [100, 0],
            [100, 100],
            [0, 0],
          ]),
        ],
        parts: ['a/0'],
        nodes: 1,
      },
      {
        what: 'an end 2 m short of a street is moved onto it',
        streets: [
          street('a', ALONG),
          street('b', [
            [50, 2],
            [50, 80],
          ]),
        ],
        parts: ['a/0', 'a/1', 'b/0'],
        nodes: 4,
        said: ['b: ends 2.0 m off street a: moved onto it'],
      },
      {
        what: 'an end 4 m short of a street is a dead end',
        streets: [
          street('a', ALONG),
          street('b', [
            [50, 4],
            [50, 80],
          ]),
        ],
        parts: ['a/0', 'b/0'],
        nodes: 4,
      },
      {
        what: 'a street drawn there and back is one',
        streets: [
          street('a', [
            [0, 0],
            [100, 0],
            [0, 0],
          ]),
        ],
        parts: ['a/0'],
        nodes: 2,
        said: ['a: runs back over itself: counted once'],
      },
      {
        what: 'a street drawn upon another is that one',
        streets: [
          street('a', ALONG),
          street('b', [
            [20, 0],
            [80, 0],
          ]),
        ],
        parts: ['a/0'],
        nodes: 2,
        said: ['b: lies upon street a: counted once'],
      },
    ]
  test.each(cases)('$what', ({ streets, parts, nodes, said = [] }) => {
    const network = buildNetwork(streets)
    expect(ids(network)).toEqual(parts)
    expect(network.nodes).toHaveLength(nodes)
    expect(problems(network)).toEqual(said)
    for (const part of network.parts)
      for (const node of [part.from, part.to]) expect(network.nodes[node]!.parts).toContain(part.index)
  })

  test('both halves of a MultiLineString are of one street', () => {
    const lines: StreetFeature = {
      ...street('a', ALONG),
      geometry: {
        type: 'MultiLineString',
        coordinates: [ALONG.map(position), [position([300, 0]), position([400, 0])]],
      },
    }
    expect(ids(buildNetwork([lines]))).toEqual(['a/0', 'a/1'])
  })
})

describe('broken geometry is mended or left out, and said where', () => {
  test.each<[string, Metres[], string[], number[]]>([
    ['one point', [[0, 0]], ['a: a line without length: left out'], []],
    [
      'the same point again',
      [
        [0, 0],
        [0, 0],
        [100, 0],
      ],
      [],
      [100],
    ],
    [
      'all points the same',
      [
        [0, 0],
        [0, 0],
      ],
      ['a: a line without length: left out'],
      [],
    ],
    [
      '20 cm long',
      [
        [0, 0],
        [0.2, 0],
      ],
      ['a: shorter than half a metre: left out'],
      [],
    ],
    [
      'a point that is none',
      [
        [0, 0],
        [Number.NaN, 0],
        [100, 0],
      ],
      ['a: a point at longitude NaN, latitude 31.2: the point was left out'],
      [100],
    ],
    [
      'a point on another continent',
      [
        [0, 0],
        [100, 0],
        [-2_000_000, 0],
        [-2_000_100, 0],
      ],
      ['a: 2000 km between two points: cut there'],
      [100, 100],
    ],
  ])('%s', (_, places, said, lengths) => {
    const network = buildNetwork([street('a', places)])
    expect(problems(network)).toEqual(said)
    expect(lengthsM(network)).toEqual(lengths)
  })

  test('a problem says where', () => {
    const { problems } = buildNetwork([
      street('a', ALONG),
      street('b', [
        [50, 2],
        [50, 80],
      ]),
    ])
    expect(problems[0]!.lat).toBeCloseTo(at(50, 2).lat, 7)
    expect(problems[0]!.lon).toBeCloseTo(at(50, 2).lon, 7)
  })

  test('no streets at all', () => {
    const network = buildNetwork([])
    expect(network.parts).toEqual([])
    expect(network.near(31.2, 121.4, 100)).toEqual([])
  })
})

const place = fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 400 }))
const anyStreets = fc
  .array(fc.array(place, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 })
  .map((lines) => lines.map((places, i) => street(`s${i}`, places)))

test('the order of the streets does not matter', () => {
  fc.assert(
    fc.property(anyStreets, fc.infiniteStream(fc.nat()), (streets, random) => {
      const keyed = streets.map((one) => ({ one, key: random.next().value as number }))
      const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ one }) => one)
      const [a, b] = [buildNetwork(streets), buildNetwork(shuffled)]
      expect(b.parts).toEqual(a.parts)
      expect(b.nodes).toEqual(a.nodes)
      expect(b.problems).toEqual(a.problems)
    }),
    { numRuns: 200 },
  )
})

test('every part leads from its first node to its last, and what is near is found as by looking at all', () => {
  fc.assert(
    fc.property(anyStreets, place, fc.integer({ min: 1, max: 200 }), (streets, [eastM, northM], radiusM) => {
      const network = buildNetwork(streets)
      for (const { lat, lon, from, to, alongM, lengthM } of network.parts) {
        expect([lat[0], lon[0]]).toEqual([network.nodes[from]!.lat, network.nodes[from]!.lon])
        expect([lat.at(-1), lon.at(-1)]).toEqual([network.nodes[to]!.lat, network.nodes[to]!.lon])
        expect(alongM.at(-1)).toBe(lengthM)
        expect(lengthM).toBeGreaterThan(0)
      }
      const here = at(eastM, northM)
      const found = network.near(here.lat, here.lon, radiusM)
      const expected = network.parts.map((part) => {
        let leastM = Infinity
        for (let m = 0; m <= part.lengthM; m += 0.5) {
          const there = placeAlong(part, m)
          leastM = Math.min(leastM, distanceM(here.lat, here.lon, there.lat, there.lon))
        }
        return leastM
      })
      for (const [part, leastM] of expected.entries()) {
        const foot = found.find((one) => one.part === part)
        // Half a metre of sampling to either side.
        if (leastM < radiusM - 0.5) expect(foot?.distanceM).toBeLessThanOrEqual(leastM + 0.01)
        if (leastM > radiusM + 0.5) expect(foot).toBeUndefined()
        if (!foot) continue
        const there = placeAlong(network.parts[part]!, foot.alongM)
        expect(distanceM(here.lat, here.lon, there.lat, there.lon)).toBeCloseTo(foot.distanceM, 2)
      }
      expect(found.map((foot) => foot.distanceM)).toEqual(
        found.map((foot) => foot.distanceM).sort((a, b) => a - b),
      )
    }),
    { numRuns: 100 },
  )
})

const noHuangpu = whyNoHuangpu()
describe.skipIf(noHuangpu !== undefined)('streets of Huangpu', () => {
  test('nearly all of them hang together', () => {
    const network = buildNetwork(huangpuStreets())
    expect(network.parts.length).toBeGreaterThan(1000)
    expect(new Set(ids(network)).size).toBe(network.parts.length)
    const lengthM = network.parts.reduce((sum, part) => sum + part.lengthM, 0)
    expect(largestM(network) / lengthM).toBeGreaterThan(0.9)
    expect(lengthM).toBeGreaterThan(85_000)
    expect(lengthM).toBeLessThan(95_000)
  })

  test('what the register does not keep of bridges and tunnels, the class of the road mostly tells', () => {
    const drawn = buildNetwork(huangpuAsDrawn()).parts.length
    const kept = buildNetwork(huangpuStreets()).parts.length
    expect(kept).toBeGreaterThanOrEqual(drawn)
    expect(kept / drawn).toBeLessThan(1.05)
  })
})

function largestM({ nodes, parts }: StreetNetwork): number {
  const seen = new Set<number>()
  let largest = 0
  for (const start of nodes.keys()) {
    if (seen.has(start)) continue
    seen.add(start)
    const open = [start]
    let lengthM = 0
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (const part of nodes[node]!.parts) {
        lengthM += parts[part]!.lengthM / 2
        for (const next of [parts[part]!.from, parts[part]!.to]) {
          if (seen.has(next)) continue
          seen.add(next)
          open.push(next)
        }
      }
    largest = Math.max(largest, lengthM)
  }
  return largest
}

test('a place at a pole, where a box of metres is as wide as the earth, is answered at once', () => {
  const network = buildNetwork([
    street('a', [
      [0, 0],
      [100, 0],
    ]),
  ])
  expect(network.near(89.9999, 121, 150)).toEqual([])
  expect(network.near(-90, -180, 150)).toEqual([])
  expect(buildNetwork([]).near(90, 0, 150)).toEqual([])
})
