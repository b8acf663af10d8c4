import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def words_for_yes_and_no(apps, schema_editor):
    """A tick has become a choice. PostgreSQL turns it into "true" and "false", SQLite into "1" and "0"."""
    preference = apps.get_model('notices', 'Preference')
    preference.objects.filter(mail__in=['true', '1']).update(mail='at_once')
    preference.objects.filter(mail__in=['false', '0']).update(mail='never')


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_tables'),
        ('notices', '0001_tables'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BouncedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=320, unique=True)),
                ('status', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '退信的邮箱',
                'verbose_name_plural': '退信的邮箱',
            },
        ),
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('wecom', '企业微信机器人'), ('dingtalk', '钉钉机器人'), ('feishu', '飞书机器人'), ('webhook', '业务系统接口')], max_length=10, verbose_name='类型')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('sealed_address', models.TextField(editable=False)),
                ('sealed_secret', models.TextField(blank=True, editable=False)),
                ('hint', models.CharField(max_length=120)),
                ('created_at', models.DateTimeField(verbose_name='登记时间')),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('reached_at', models.DateTimeField(blank=True, null=True, verbose_name='最近一次送达')),
                ('off_at', models.DateTimeField(blank=True, null=True)),
                ('off_reason', models.CharField(blank=True, max_length=40)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': '外部接收地址',
                'verbose_name_plural': '外部接收地址',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80, verbose_name='类别')),
                ('subject', models.CharField(max_length=200, verbose_name='标题')),
                ('url', models.CharField(blank=True, max_length=300)),
                ('object_kind', models.CharField(blank=True, max_length=40)),
                ('object_ref', models.CharField(blank=True, max_length=60)),
                ('dedupe', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '对外通知',
                'verbose_name_plural': '对外通知',
            },
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='notices_delivery_once',
        ),
        migrations.AddField(
            model_name='delivery',
            name='batch',
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='delivery',
            name='digest',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='notice',
            name='done_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='已办'),
        ),
        migrations.AddField(
            model_name='preference',
            name='digest_hour',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='每日汇总发送时间'),
        ),
        migrations.AddField(
            model_name='preference',
            name='kinds',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='preference',
            name='quiet_from',
            field=models.TimeField(blank=True, null=True, verbose_name='免打扰开始'),
        ),
        migrations.AddField(
            model_name='preference',
            name='quiet_until',
            field=models.TimeField(blank=True, null=True, verbose_name='免打扰结束'),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='channel',
            field=models.CharField(choices=[('mail', '电子邮件'), ('wecom', '企业微信机器人'), ('dingtalk', '钉钉机器人'), ('feishu', '飞书机器人'), ('webhook', '业务系统接口')], max_length=20),
        ),
        migrations.AlterField(
            model_name='delivery',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notices.notice'),
        ),
        migrations.AlterField(
            model_name='preference',
            name='mail',
            field=models.CharField(choices=[('at_once', '立即'), ('daily', '每日汇总'), ('never', '不发送')], default='at_once', max_length=10, verbose_name='电子邮件'),
        ),
        migrations.RunPython(words_for_yes_and_no, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(('digest_hour', None), ('digest_hour__lte', 23), _connector='OR'), name='notices_digest_hour'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='notices_quiet_has_both_ends'),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='body',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='endpoints', to='accounts.body'),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='endpoints', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='delivery',
            name='endpoint',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notices.endpoint'),
        ),
        migrations.AddField(
            model_name='event',
            name='body',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='accounts.body'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='event',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notices.event'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('endpoint__isnull', False)), fields=['endpoint', '-id'], name='notices_log'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch'], name='notices_batch'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event__isnull', True), ('notice__isnull', False)), models.Q(('endpoint__isnull', False), ('event__isnull', False), ('notice__isnull', True)), _connector='OR'), name='notices_delivery_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('endpoint__isnull', True)), fields=('notice', 'channel'), name='notices_delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('endpoint__isnull', False), ('notice__isnull', False)), fields=('notice', 'endpoint'), name='notices_delivery_once_to_robot'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(condition=models.Q(('event__isnull', False)), fields=('event', 'endpoint'), name='notices_event_once_to_endpoint'),
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('body__isnull', False), ('person__isnull', True)), models.Q(('body__isnull', True), ('person__isnull', False)), _connector='OR'), name='notices_endpoint_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='endpoint',
            constraint=models.CheckConstraint(condition=models.Q(('body__isnull', False), models.Q(('kind', 'webhook'), _negated=True), _connector='OR'), name='notices_webhook_of_a_body'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(fields=('body', 'dedupe'), name='notices_event_once'),
        ),
    ]
