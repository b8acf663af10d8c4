import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from ethicsreview.accounts.migrating import Together


class Migration(migrations.Migration):

    initial = True

    # What an installation from before the first release has already made.
    replaces = [
        ('notices', '0001_initial'),
        ('notices', '0002_password_resets'),
    ]

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [Together([
        migrations.CreateModel(
            name='PasswordReset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=320)),
                ('asked_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': '重设密码的请求',
                'verbose_name_plural': '重设密码的请求',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80, verbose_name='类别')),
                ('subject', models.CharField(max_length=200, verbose_name='标题')),
                ('text', models.TextField(verbose_name='内容')),
                ('url', models.CharField(blank=True, max_length=300)),
                ('object_kind', models.CharField(blank=True, max_length=40)),
                ('object_ref', models.CharField(blank=True, max_length=60)),
                ('statutory', models.BooleanField(default=False, verbose_name='法定通知')),
                ('urgent', models.BooleanField(default=False, verbose_name='紧急')),
                ('dedupe', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(verbose_name='时间')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='已读')),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '通知',
                'verbose_name_plural': '通知',
                'indexes': [models.Index(fields=['person', '-id'], name='notices_inbox'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['person', '-id'], name='notices_unread')],
                'constraints': [models.UniqueConstraint(fields=('person', 'dedupe'), name='notices_once'), models.CheckConstraint(condition=models.Q(('url', ''), models.Q(('url__startswith', '/'), models.Q(('url__startswith', '//'), _negated=True)), _connector='OR'), name='notices_url_internal')],
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mail', models.BooleanField(default=True, verbose_name='非法定通知也发送邮件')),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='notice_preference', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '通知偏好',
                'verbose_name_plural': '通知偏好',
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', '电子邮件')], max_length=20)),
                ('state', models.CharField(choices=[('pending', '待发送'), ('sent', '已发送'), ('dead', '无法送达')], default='pending', max_length=10)),
                ('urgent', models.BooleanField(default=False)),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notices.notice')),
            ],
            options={
                'verbose_name': '投递',
                'verbose_name_plural': '投递',
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['-urgent', 'next_try_at', 'id'], name='notices_to_try'), models.Index(condition=models.Q(('state', 'dead')), fields=['id'], name='notices_dead')],
                'constraints': [models.UniqueConstraint(fields=('notice', 'channel'), name='notices_delivery_once'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', True)), _connector='OR'), name='notices_sent_has_time')],
            },
        ),
    ])]
