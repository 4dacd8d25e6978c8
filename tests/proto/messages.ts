import type { Body, Fix } from '../../proto/domain.ts'

/** One list of messages drives the codec tests and the golden bytes. */
const T0 = Date.UTC(2026, 4, 1, 0, 0, 0)

const ride = (count: number): Fix[] =>
  Array.from({ length: count }, (_, i) => ({
    timeMs: T0 + i * 1000,
    lat: 31.23 + i * 0.00003 + (i % 3) * 0.0000007,
    lon: 121.47 + i * 0.00002 - (i % 4) * 0.0000011,
    altM: 4.1 + (i % 5) / 10,
    speedMps: 4 + (i % 7) * 0.03,
    courseDeg: (357.5 + i * 0.41) % 360,
    hdop: 0.8,
    satellites: 14,
    quality: 'gps',
  }))

export const MESSAGES: { name: string; body: Body }[] = [
  { name: 'a batch of 30 fixes', body: { lane: 'fix', batch: { timeSource: 'gps', fixes: ride(30) } } },
  {
    name: 'fixes of another device, some without height and course',
    body: {
      lane: 'fix',
      batch: {
        device: 'ebike-02',
        fixes: ride(9).map(({ altM, courseDeg, ...fix }, i) => ({
          ...fix,
          ...(i % 2 ? { altM } : {}),
          ...(i > 3 ? { courseDeg } : {}),
        })),
      },
    },
  },
  {
    name: 'a bare fix on the equator at Greenwich',
    body: { lane: 'fix', batch: { fixes: [{ timeMs: T0, lat: 0, lon: 0 }] } },
  },
  {
    name: 'corners of the earth, out of order',
    body: {
      lane: 'fix',
      batch: {
        fixes: [
          { timeMs: T0 + 5000, lat: 90, lon: 180, accuracyM: 12.5 },
          { timeMs: T0, lat: -90, lon: -180, quality: 'float-rtk' },
          { timeMs: T0 + 86_400_000, lat: 31.2300001, lon: -121.4700001, speedMps: 0, courseDeg: 0 },
        ],
      },
    },
  },
  {
    name: 'readings of a cover and a lamp',
    body: {
      lane: 'reading',
      batch: {
        timeSource: 'system',
        readings: [
          { component: '3101010101000001', metric: 'tilt_deg', timeMs: T0, value: -0.25 },
          { component: '3101010101000001', metric: 'tilt_deg', timeMs: T0 + 60_000, value: 24.5 },
          { component: '3101010118000007', metric: 'current_a', timeMs: T0, value: 0.61 },
        ],
      },
    },
  },
  {
    name: 'a raised case',
    body: {
      lane: 'case',
      report: {
        caseId: '0mo7xu800-0a1b2c3d4e',
        event: 'raised',
        revision: 1,
        component: '3101010101000001',
        fault: 'cover_tilted',
        episode: 3,
        timeMs: T0 + 5000,
        raisedMs: T0 + 5000,
        timeSource: 'gps',
        position: { lat: 31.2301234, lon: 121.4705678, source: 'survey' },
        evidence: {
          metric: 'tilt_deg',
          rule: 'cover_tilted/1',
          raise: 15,
          clear: 8,
          holdMs: 5000,
          samples: [
            { timeMs: T0, value: 24 },
            { timeMs: T0 + 5000, value: 24.5 },
          ],
          suppressed: 2,
          context: { background_deg: 1.5, flaps: 1 },
        },
      },
    },
  },
  {
    name: 'a cleared case without position',
    body: {
      lane: 'case',
      report: {
        caseId: '0mo7xu800-0a1b2c3d4e',
        event: 'cleared',
        revision: 2,
        component: '3101010118000007',
        fault: 'lamp_out',
        episode: 1,
        timeMs: T0 + 60_000,
        raisedMs: T0 + 5000,
        timeSource: 'system',
        evidence: {
          metric: 'current_a',
          rule: 'lamp_out/1',
          raise: 0.1,
          clear: 0.2,
          holdMs: 10_000,
          samples: [{ timeMs: T0 + 60_000, value: 0.6 }],
          suppressed: 0,
          subject: 'current_a',
        },
      },
    },
  },
  {
    name: 'a report by hand of an event, with photos',
    body: {
      lane: 'case',
      report: {
        caseId: '0mo7xu800-5f6a7b8c9d',
        event: 'raised',
        revision: 1,
        fault: 'exposed_rubbish',
        episode: 1,
        timeMs: T0 + 9000,
        raisedMs: T0 + 9000,
        timeSource: 'estimated',
        position: { lat: 31.2301, lon: 121.4705, source: 'hand' },
        manual: { note: '两袋垃圾\n已堵住人行道 🛵', photos: 2, by: '巡查员 王' },
      },
    },
  },
  {
    name: 'a report by hand at a component, without a word',
    body: {
      lane: 'case',
      report: {
        caseId: '0mo7xu800-6f6a7b8c9d',
        event: 'cleared',
        revision: 2,
        component: '3101010101000001',
        fault: 'cover_missing',
        episode: 1,
        timeMs: T0 + 19_000,
        raisedMs: T0 + 9000,
        timeSource: 'gps',
        manual: { note: '', photos: 0 },
      },
    },
  },
  {
    name: 'the last part of a photo',
    body: {
      lane: 'photo',
      part: {
        caseId: '0mo7xu800-5f6a7b8c9d',
        photo: 2,
        part: 3,
        parts: 3,
        mediaType: 'image/webp',
        bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0),
      },
    },
  },
  {
    name: 'health',
    body: {
      lane: 'health',
      health: {
        timeMs: T0,
        timeSource: 'system',
        uptimeS: 3600,
        version: '0.1.0',
        memoryBytes: 80_000_000,
        ports: [
          { name: 'gps', path: '/dev/ttyUSB0', state: 'open', counters: { fixes: 3600, sentences: 14_400 } },
          { name: 'board', path: '/dev/ttyACM0', state: 'missing', detail: 'no such device', counters: {} },
        ],
        outbox: { records: 2, bytes: 812, dropped: { reading: 64 } },
      },
    },
  },
  {
    name: 'health of a receiver with satellites, which serves another device',
    body: {
      lane: 'health',
      health: {
        timeMs: T0,
        timeSource: 'estimated',
        uptimeS: 12,
        version: '0.1.0',
        memoryBytes: 80_000_000,
        ports: [
          {
            name: 'rover',
            path: '/dev/ttyUSB1',
            state: 'open',
            counters: {},
            satellites: [
              { system: 'GPS', inView: 12, used: 0 },
              { system: 'BeiDou', used: 9 },
              { system: 'GLONASS', inView: 0 },
            ],
            device: 'ebike-02',
          },
        ],
        outbox: { records: 0, bytes: 0, dropped: {} },
      },
    },
  },
  {
    name: 'health with its link and its disk',
    body: {
      lane: 'health',
      health: {
        timeMs: T0,
        timeSource: 'gps',
        uptimeS: 86_400,
        version: '0.1.0',
        memoryBytes: 80_000_000,
        ports: [],
        outbox: { records: 70_000, bytes: 20_000_000, dropped: {} },
        link: {
          breaks: 3,
          connectedS: 80_000,
          acknowledgedMs: 0,
          receiptedMs: 140,
          dataBytes: 5_000_000_000,
          budgetBytes: 20_000_000,
          thinning: 2,
          thinnedFixes: 12_345,
        },
        storage: {
          state: 'read-only',
          detail: 'attempt to write a readonly database',
          inMemory: 812,
          setAside: 1,
        },
      },
    },
  },
  {
    name: 'health with a link that has sent nothing yet, and a disk that is well',
    body: {
      lane: 'health',
      health: {
        timeMs: T0,
        timeSource: 'system',
        uptimeS: 1,
        version: '0.1.0',
        memoryBytes: 80_000_000,
        ports: [],
        outbox: { records: 0, bytes: 0, dropped: {} },
        link: { breaks: 0, connectedS: 0, dataBytes: 0, thinning: 0, thinnedFixes: 0 },
        storage: { state: 'ok', inMemory: 0, setAside: 0 },
      },
    },
  },
]
