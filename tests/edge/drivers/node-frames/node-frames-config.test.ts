import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import {
  NodeFramesPort,
  nodeFramesSilenceMistake,
} from '../../../../gateway/edge/drivers/node-frames/node-frames-config.ts'

const COVER = '3101010101000001'
const TILT = { code: 1, component: COVER, metric: 'tilt_deg' }
const node = (rest: object = {}) => ({ node: 17, heartbeatS: 3600, samples: [TILT], ...rest })
const port = (...nodes: object[]) => ({ driver: 'node-frames', nodes })

function problems(value: unknown): string[] {
  const { error } = NodeFramesPort.safeParse(value)
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('defaults', () => {
  expect(NodeFramesPort.parse(port(node({ battery: { component: COVER } })))).toEqual({
    driver: 'node-frames',
    baud: 115_200,
    nodes: [
      {
        node: 17,
        heartbeatS: 3600,
        battery: { component: COVER, metric: 'battery_mv' },
        samples: [{ ...TILT, scale: 1, offset: 0 }],
      },
    ],
  })
})

test.each([
  ['node 0', port(node({ node: 0 })), 'nodes.0.node: expected 1 to 4294967295'],
  ['a node twice', port(node(), node({ samples: [] })), 'nodes.1.node: node 17 stands here twice'],
  [
    'a code twice',
    port(node({ samples: [TILT, { ...TILT, metric: 'roll_deg' }] })),
    'nodes.0.samples.1.code: code 1 of node 17 stands here twice',
  ],
  ['code 0', port(node({ samples: [{ ...TILT, code: 0 }] })), 'nodes.0.samples.0.code: expected 1 to 65535'],
  [
    'a metric from two nodes',
    port(node(), node({ node: 18 })),
    `nodes.1.samples.0.metric: tilt_deg of ${COVER} is measured by an earlier entry too`,
  ],
  [
    'a battery under the name of a sample',
    port(node({ battery: { component: COVER, metric: 'tilt_deg' } })),
    `nodes.0.battery: tilt_deg of ${COVER} is measured by an earlier entry too`,
  ],
])('%s is refused', (_, value, message) => {
  expect(problems(value)).toEqual([message])
})

test.each([
  [15, 3600, 'found 15, but the most frequent node speaks every 3600 s: expected at least 10800'],
  [10_800, 3600, undefined],
  [86_400, 86_400, undefined],
])('a watchdog of %d s and a node every %d s', (silenceS, heartbeatS, mistake) => {
  const config = NodeFramesPort.parse(port(node({ heartbeatS })))
  expect(nodeFramesSilenceMistake({ ...config, silenceS })).toBe(mistake)
})

test('the sample of the page is right', () => {
  const page = readFileSync(new URL('../../../../docs/drivers/node-frames.md', import.meta.url), 'utf8')
  const sample = parse(/```yaml\n([\s\S]*?)```/.exec(page)![1]!) as { ports: unknown[] }
  const AnyPort = z.strictObject({
    ...NodeFramesPort.shape,
    name: z.string(),
    path: z.string(),
    silenceS: z.number().default(15),
  })
  const port = AnyPort.parse(sample.ports[0])
  expect(nodeFramesSilenceMistake(port)).toBeUndefined()
  expect(port.driver).toBe('node-frames')
})
