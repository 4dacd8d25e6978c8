import { ScenarioFile } from './scenario/scenario-file.ts'

/**
 * What goes on beside the e-bikes while the demo runs: covers on radio nodes, lamps on an RS-485 line, and a patrol
 * terminal with two receivers. By the machine's own clock: lamps burn where it is night at the district.
 */
export const demoScenario = (seed: number): ScenarioFile =>
  ScenarioFile.parse({
    about: 'Covers, lamps and a terminal of a living district.',
    seed,
    district: seed,
    lasts: '7d',
    devices: [
      { id: 'manhole-01', kind: 'manhole', wired: 'node-frames', components: 4, heartbeat: '60s' },
      { id: 'lamp-01', kind: 'lamp', wired: 'modbus', components: 6 },
      { id: 'terminal-01', kind: 'terminal', receivers: 2, noise: { coldStart: false } },
    ],
    happens: [
      {
        at: ['5s', '60s'],
        every: ['30s', '2min'],
        device: 'manhole-01',
        component: 'all',
        what: 'truck',
        trap: ['cover_tilted', 'cover_open'],
      },
      {
        at: '50s',
        every: ['6min', '12min'],
        for: ['90s', '4min'],
        device: 'manhole-01',
        component: [1, 2],
        what: 'opens',
        fault: ['cover_open', 'cover_tilted'],
      },
      {
        at: '4min',
        every: ['15min', '30min'],
        for: ['3min', '6min'],
        device: 'manhole-01',
        component: 3,
        what: 'gas-leaks',
        pct: [60, 90],
        over: '20s',
        fault: ['gas_warning', 'gas_alarm'],
        faultAfter: '20s',
      },
      {
        at: '30s',
        every: ['8min', '16min'],
        for: ['60s', '4min'],
        device: 'lamp-01',
        component: 1,
        what: 'door-opens',
        fault: 'door_open',
      },
      {
        at: '70s',
        every: ['10min', '20min'],
        for: ['2min', '5min'],
        device: 'lamp-01',
        component: 2,
        what: 'leaks',
        ma: [120, 300],
        fault: ['leakage_warning', 'leakage_alarm'],
      },
      {
        at: '6min',
        every: ['20min', '40min'],
        for: ['5min', '10min'],
        device: 'lamp-01',
        component: 3,
        what: 'lamp-dies',
        // By day it is none: the truth of the demo is told by the clock of the machine.
      },
      {
        at: '10min',
        every: ['30min', '60min'],
        for: ['2min', '4min'],
        device: 'terminal-01',
        what: 'receiver-dead',
        port: 'gps',
        fault: 'port_silent',
      },
    ],
  })
