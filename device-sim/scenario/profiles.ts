import type { Device } from './device-options.ts'
import { ScenarioFile } from './scenario-file.ts'

/** Ready scenarios, one for each kind of device: for whoever wants a port to open, and has no file yet. */

const PROFILES: Record<Device['kind'], Record<string, unknown>> = {
  ebike: {
    about: 'One e-bike on patrol; its antenna fails now and then.',
    devices: [{ id: 'ebike-01', kind: 'ebike' }],
    happens: [
      {
        at: '10min',
        every: ['20min', '60min'],
        for: ['6min', '9min'],
        device: 'ebike-01',
        what: 'antenna-off',
        fault: 'gps_lost',
      },
    ],
  },
  terminal: {
    about: 'A patrol terminal with two receivers, of which the second one dies now and then.',
    devices: [{ id: 'terminal-01', kind: 'terminal', receivers: 2 }],
    happens: [
      {
        at: '5min',
        every: ['15min', '40min'],
        for: ['2min', '4min'],
        device: 'terminal-01',
        what: 'receiver-dead',
        port: 'gps2',
        fault: 'port_silent',
      },
    ],
  },
  manhole: {
    about: 'Six covers with radio nodes: trucks, a cover that tilts, one that is opened, a leak.',
    devices: [{ id: 'manhole-01', kind: 'manhole', components: 6, heartbeat: '5min' }],
    happens: [
      {
        at: ['5s', '60s'],
        every: ['20s', '90s'],
        device: 'manhole-01',
        component: 'all',
        what: 'truck',
        trap: ['cover_tilted', 'cover_open'],
      },
      {
        at: '30s',
        every: ['4min', '9min'],
        for: ['60s', '150s'],
        device: 'manhole-01',
        component: [1, 2],
        what: 'tilts',
        deg: [16, 85],
        fault: 'cover_tilted',
      },
      {
        at: '2min',
        every: ['6min', '12min'],
        for: ['45s', '90s'],
        device: 'manhole-01',
        component: 3,
        what: 'opens',
        fault: ['cover_open', 'cover_tilted'],
      },
      {
        at: '3min',
        every: ['8min', '15min'],
        for: ['2min', '4min'],
        device: 'manhole-01',
        component: 4,
        what: 'gas-leaks',
        pct: [60, 90],
        over: '20s',
        fault: ['gas_warning', 'gas_alarm'],
        faultAfter: '20s',
      },
    ],
  },
  lamp: {
    about: 'Twelve lamps on two circuits, by night: one dies, one flickers, current leaks, a circuit is cut.',
    // Until dawn: a lamp that is out by day is no fault.
    startsAt: '2026-05-01T20:00:00+08:00',
    lasts: '8h',
    devices: [{ id: 'lamp-01', kind: 'lamp', components: 12, circuits: 2 }],
    happens: [
      {
        at: ['5s', '60s'],
        every: ['30s', '2min'],
        device: 'lamp-01',
        component: 'all',
        what: 'headlights',
        lux: [50, 800],
        trap: 'lamp_on_by_day',
      },
      {
        at: '40s',
        every: ['5min', '9min'],
        for: ['60s', '3min'],
        device: 'lamp-01',
        component: 1,
        what: 'lamp-dies',
        fault: 'lamp_out',
      },
      {
        at: '90s',
        every: ['6min', '9min'],
        for: ['90s', '3min'],
        device: 'lamp-01',
        component: 2,
        what: 'flickers',
        fault: 'lamp_flicker',
      },
      {
        at: '2min',
        every: ['7min', '12min'],
        for: ['60s', '2min'],
        device: 'lamp-01',
        component: 3,
        what: 'leaks',
        ma: [40, 80],
        fault: 'leakage_warning',
      },
      {
        at: '10min',
        every: ['20min', '40min'],
        for: ['4min', '6min'],
        device: 'lamp-01',
        what: 'circuit-cut',
        circuit: 2,
        fault: 'circuit_silent',
      },
    ],
  },
}

export const PROFILE_NAMES = Object.keys(PROFILES) as Device['kind'][]

/** A day of it; the lamps for a night. */
export function profile(kind: Device['kind']): ScenarioFile {
  return ScenarioFile.parse({ lasts: '24h', ...PROFILES[kind] })
}
