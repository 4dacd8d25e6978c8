import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, AutoComplete, Button, DatePicker, Drawer, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import type { Shift, ShiftPlan } from '../../../../proto/patrol-http.ts'
import type { Range } from '../api/client.ts'
import { beatsQuery, changeShift, createShift } from '../api/patrol.ts'
import { devicesQuery } from '../api/queries.ts'
import { useWords } from '../i18n/language.tsx'
import type { Messages } from '../i18n/zh.ts'
import { Icon } from '../shell/icons.tsx'
import { Problem } from '../shell/problem.tsx'
import { planOf, problemOf, type ShiftDraft } from './shift-plan.ts'

interface Fields {
  device: string
  inspector?: string
  beat?: string
  grids?: string
  times: [Dayjs, Dayjs]
  breaks?: { times?: [Dayjs, Dayjs] }[]
}

interface Props {
  /** Undefined: a new one. */
  shift: Shift | undefined
  day: Range
  onClose: (saved: Shift | undefined) => void
}

const SHIFT_FROM_HOUR = 8
const SHIFT_TO_HOUR = 16

/** Plans a shift, or changes the plan of one. */
export function ShiftForm({ shift, day, onClose }: Props) {
  const { t } = useWords()
  const { message } = App.useApp()
  const client = useQueryClient()
  const [form] = Form.useForm<Fields>()
  const devices = useQuery(devicesQuery)
  const beats = useQuery(beatsQuery)
  const saving = useMutation({
    networkMode: 'always',
    mutationFn: (plan: ShiftPlan) => (shift ? changeShift(shift.id, plan) : createShift(plan)),
    onSuccess: async (saved) => {
      void message.success(t.shifts.saved)
      for (const queryKey of [['shifts'], ['shift', saved.id], ['shift-report', saved.id]])
        void client.invalidateQueries({ queryKey })
      onClose(saved)
    },
  })
  return (
    <Drawer
      open
      title={shift ? t.shifts.edit : t.shifts.create}
      size={420}
      onClose={() => onClose(undefined)}
      footer={
        <div className="form-foot">
          <Button onClick={() => onClose(undefined)}>{t.shifts.cancel}</Button>
          <Button type="primary" loading={saving.isPending} data-testid="save-shift" onClick={form.submit}>
            {t.shifts.save}
          </Button>
        </div>
      }
    >
      {saving.isError && <Problem error={saving.error} />}
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={fieldsOf(shift, day)}
        onFinish={(fields) => saving.mutate(planOf(draftOf(fields)))}
      >
        <Form.Item
          name="device"
          label={t.shifts.device}
          rules={[{ required: true, message: t.shifts.required }]}
        >
          <AutoComplete
            options={(devices.data?.devices ?? []).map(({ id }) => ({ value: id }))}
            showSearch={{ filterOption: (text, option) => option?.value.includes(text) ?? false }}
          />
        </Form.Item>
        <Form.Item name="inspector" label={t.shifts.inspector}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item
          name="times"
          label={t.shifts.time}
          rules={[{ required: true, message: t.shifts.required }]}
        >
          <DatePicker.RangePicker
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            allowClear={false}
          />
        </Form.Item>
        <Form.Item name="beat" label={t.shifts.beat}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            options={(beats.data?.beats ?? []).map(({ id, name }) => ({
              value: id,
              label: name === undefined ? id : `${name} (${id})`,
            }))}
          />
        </Form.Item>
        <Form.Item
          name="grids"
          label={t.shifts.grids}
          extra={t.shifts.gridsHint}
          dependencies={['beat', 'times', 'breaks']}
          rules={[
            ({ getFieldsValue }) => ({
              validator: () => {
                const fields: Fields = getFieldsValue(true)
                const problem = fields.times && problemOf(draftOf(fields))
                return problem === undefined
                  ? Promise.resolve()
                  : Promise.reject(new Error(inWords(problem, t)))
              },
            }),
          ]}
        >
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
        </Form.Item>
        <Form.List name="breaks">
          {(breaks, { add, remove }) => (
            <div className="breaks">
              <span className="field-label">{t.shifts.breaks}</span>
              {breaks.map(({ key, name }) => (
                <div key={key} className="break">
                  <Form.Item name={[name, 'times']} noStyle>
                    <DatePicker.RangePicker
                      showTime={{ format: 'HH:mm' }}
                      format="YYYY-MM-DD HH:mm"
                      aria-label={t.shifts.breaks}
                    />
                  </Form.Item>
                  <Button
                    type="text"
                    aria-label={t.shifts.removeBreak}
                    icon={<Icon name="minus" />}
                    onClick={() => remove(name)}
                  />
                </div>
              ))}
              <Button size="small" icon={<Icon name="plus" />} onClick={() => add({})}>
                {t.shifts.addBreak}
              </Button>
            </div>
          )}
        </Form.List>
      </Form>
    </Drawer>
  )
}

function inWords(problem: NonNullable<ReturnType<typeof problemOf>>, { shifts }: Messages): string {
  return typeof problem === 'string' ? shifts[problem] : shifts.badGrid(problem.badGrid)
}

function fieldsOf(shift: Shift | undefined, day: Range): Partial<Fields> {
  if (!shift) {
    const start = dayjs(day.fromMs)
    return { times: [start.hour(SHIFT_FROM_HOUR), start.hour(SHIFT_TO_HOUR)] }
  }
  const { device, inspector, beat, grids, from, to, breaks } = shift
  return {
    device,
    ...(inspector === undefined ? {} : { inspector }),
    ...(beat === undefined ? { grids: grids.join(', ') } : { beat }),
    times: [dayjs(from), dayjs(to)],
    breaks: breaks.map((rest) => ({ times: [dayjs(rest.from), dayjs(rest.to)] })),
  }
}

function draftOf({ device, inspector, beat, grids, times, breaks }: Fields): ShiftDraft {
  return {
    device,
    inspector,
    beat,
    grids,
    fromMs: times[0].valueOf(),
    toMs: times[1].valueOf(),
    breaks: (breaks ?? []).flatMap((rest) =>
      rest?.times ? [{ fromMs: rest.times[0].valueOf(), toMs: rest.times[1].valueOf() }] : [],
    ),
  }
}
