// What a page can hear from the widget: `PumpTalk.on(name, listener)`, or the DOM event `pumptalk:<name>` on the element.

export interface EventMap {
  open: undefined;
  close: undefined;
  reply: { kind: string; topics: string[]; text: string };
  failed: { trouble: string };
}

export type EventName = keyof EventMap;

export type Emit = <Name extends EventName>(name: Name, detail: EventMap[Name]) => void;
