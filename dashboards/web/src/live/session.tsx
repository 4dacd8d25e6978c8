import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { type Connection, openLiveStream } from '../api/live-stream.ts'
import { noteLiveCoverage } from '../api/patrol.ts'
import { casesQuery, devicesQuery, noteCase } from '../api/queries.ts'
import { announceCase } from '../cases/announcements.ts'
import { Fleet, type Vehicle } from './fleet.ts'

/**
 * The live connection, held as long as the page is open, whatever view is shown. In: the device list and the
 * event stream. Out: the fleet, the state of the connection, and cases put into the kept lists.
 */
export class LiveSession {
  readonly fleet = new Fleet()
  connection: Connection = { state: 'connecting' }
  /** Called at each change of the fleet: whoever draws it decides when. */
  readonly onMove = new Set<() => void>()
  readonly #listeners = new Set<() => void>()
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly rows = (): readonly Vehicle[] => this.#rows
  #rows: readonly Vehicle[] = []

  readonly currentConnection = (): Connection => this.connection

  setConnection(connection: Connection): void {
    this.connection = connection
    for (const listener of this.#listeners) listener()
  }

  /** The map moves at once; the list a few times a second at most, however many e-bikes report. */
  moved(): void {
    for (const listener of this.onMove) listener()
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#rows = this.fleet.rows()
      for (const listener of this.#listeners) listener()
    }, LIST_PAUSE_MS)
  }
}

const LIST_PAUSE_MS = 300
const LIST_AGAIN_MS = 5000

const SessionContext = createContext<LiveSession | undefined>(undefined)

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const session = useMemo(() => new LiveSession(), [])
  const devices = useQuery(devicesQuery)
  useQuery(casesQuery('open'))

  /** Something was told while the list was on its way: it may be older than that. */
  const toldMeanwhile = useRef(false)

  useEffect(() => {
    if (!devices.data) return
    session.fleet.list(devices.data.devices, performance.now())
    session.moved()
    if (toldMeanwhile.current) void client.invalidateQueries({ queryKey: devicesQuery.queryKey })
    toldMeanwhile.current = false
  }, [session, client, devices.data])

  useEffect(() => {
    let wasDown = false
    let askedMs = 0
    // Not while the list is on its way, and not at every event of a device that the hub does not list.
    const askForDevices = () => {
      if (performance.now() - askedMs < LIST_AGAIN_MS) return
      askedMs = performance.now()
      void client.invalidateQueries({ queryKey: devicesQuery.queryKey }, { cancelRefetch: false })
    }
    const stream = openLiveStream(
      {
        fixes: ({ device, fixes }) => {
          const known = session.fleet.fixes(device, fixes, performance.now(), Date.now())
          if (!known) askForDevices()
          session.moved()
        },
        device: ({ id, online, attention }) => {
          toldMeanwhile.current ||= client.isFetching({ queryKey: devicesQuery.queryKey }) > 0
          if (!session.fleet.presence(id, online, attention)) askForDevices()
          session.moved()
        },
        coverage: (told) => noteLiveCoverage(client, told),
        case: (told) => {
          if (noteCase(client, told)) announceCase(told)
        },
      },
      (connection) => {
        session.setConnection(connection)
        // What was told while the connection was down is asked for.
        if (connection.state === 'open' && wasDown) {
          void client.invalidateQueries({ queryKey: devicesQuery.queryKey })
          void client.invalidateQueries({ queryKey: ['cases'] })
        }
        wasDown = connection.state === 'down' || (wasDown && connection.state !== 'open')
      },
    )
    return stream.close
  }, [session, client])

  return <SessionContext value={session}>{children}</SessionContext>
}

/** @throws Error outside LiveProvider. */
export function useSession(): LiveSession {
  const session = use(SessionContext)
  if (!session) throw new Error('useSession needs a LiveProvider above it')
  return session
}

export function useFleetRows(): readonly Vehicle[] {
  const session = useSession()
  return useSyncExternalStore(session.subscribe, session.rows)
}

export function useConnection(): Connection {
  const session = useSession()
  return useSyncExternalStore(session.subscribe, session.currentConnection)
}
