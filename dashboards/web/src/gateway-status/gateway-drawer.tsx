import { useQuery } from '@tanstack/react-query'
import { Drawer, Skeleton } from 'antd'
import { HubError } from '../api/hub-error.ts'
import { gatewayHealthQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import { useFleetRows } from '../live/session.tsx'
import { go } from '../screen.ts'
import { EmptyState } from '../shell/empty-state.tsx'
import { Problem } from '../shell/problem.tsx'
import { GatewayReport } from './gateway-report.tsx'

const close = (): void => go({ status: undefined }, 'replace')

/** How the gateway of a device is; `device` undefined: shut. */
export function GatewayDrawer({ device }: { device: string | undefined }) {
  const { t } = useWords()
  const rows = useFleetRows()
  const gateway = rows.find(({ id }) => id === device)?.gateway ?? device ?? ''
  return (
    <Drawer
      open={device !== undefined}
      onClose={close}
      placement="right"
      size="min(440px, 100vw)"
      destroyOnHidden
      className="gateway-drawer"
      title={t.gateway.title(gateway)}
    >
      {device !== undefined && <DrawerBody key={device} device={device} />}
    </Drawer>
  )
}

function DrawerBody({ device }: { device: string }) {
  const { t } = useWords()
  const asked = useQuery(gatewayHealthQuery(device))
  const untold = asked.error instanceof HubError && asked.error.status === 404
  return (
    <div className="gateway" data-testid="gateway-status" data-gateway={asked.data?.gateway}>
      {asked.isPending && (
        <>
          <p className="hidden" role="status">
            {t.gateway.loading}
          </p>
          <Skeleton active paragraph={{ rows: 8 }} />
        </>
      )}
      {untold && <EmptyState title={t.gateway.none} hint={t.gateway.noneHint} />}
      {asked.isError && !untold && <Problem error={asked.error} onRetry={() => void asked.refetch()} />}
      {asked.data && !untold && <GatewayReport health={asked.data} device={device} />}
    </div>
  )
}
