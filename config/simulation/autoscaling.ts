import type { EventLoop } from './event-loop.ts';
import { Meter } from './meter.ts';
import type { Service } from './service.ts';

const MINUTE_MS = 60_000;

/** Datapoints of a minute that must all lie above the target (Application Auto Scaling, target tracking). */
const DATAPOINTS = 3;
/** Until CloudWatch has the datapoint and its alarm has rung; assumed. */
const METRIC_DELAY_MS = MINUTE_MS;

export interface ScalingRule {
  readonly nodesMax: number;
  /** Mean CPU share of all nodes above which nodes are added, from 0 to 1. */
  readonly target: number;
  readonly cooldownMs: number;
  /** From the decision to a node that the load balancer sends users to. */
  readonly startMs: number;
}

/**
 * Target tracking: three minutes above the target, then as many nodes as would bring the share back to it. It never
 * scales in here; that takes a quarter of an hour of quiet.
 */
export class Autoscaling {
  /** Nodes wanted by now. */
  private desired: number;
  private readonly loop: EventLoop;
  private readonly service: Service;
  private readonly rule: ScalingRule;
  private readonly meter: Meter;
  private above = 0;
  private quietUntil = 0;

  constructor(loop: EventLoop, service: Service, rule: ScalingRule) {
    this.loop = loop;
    this.service = service;
    this.rule = rule;
    this.desired = service.nodes.length;
    this.meter = new Meter(service, loop.now);
    this.eachMinute();
  }

  private eachMinute(): void {
    this.loop.when(this.loop.now + MINUTE_MS, (now) => {
      const share = this.meter.read(now);
      this.above = share > this.rule.target ? this.above + 1 : 0;
      if (this.above >= DATAPOINTS) {
        this.loop.when(now + METRIC_DELAY_MS, (later) => this.scaleOut(later, share));
      }
      this.eachMinute();
    });
  }

  private scaleOut(now: number, share: number): void {
    const wanted = Math.min(this.rule.nodesMax, Math.ceil(this.desired * (share / this.rule.target)));
    if (now < this.quietUntil || wanted <= this.desired) return;
    for (let count = this.desired; count < wanted; count += 1) {
      this.service.addNode(now + this.rule.startMs);
    }
    this.desired = wanted;
    this.quietUntil = now + this.rule.cooldownMs;
  }
}
